import { type Action, DOWNTIME_LIMIT_MS, MAX_THROTTLE, toDowntimeLimitMs } from './action.js';
import type { Note } from './policy.js';
import type { View } from './view.js';

/** The actions of a decision that are to be carried out, and what was left out and why. */
export interface Permitted {
  readonly actions: readonly Action[];
  readonly notes: readonly Note[];
}

/**
 * The rules that hold for every policy, whoever wrote it: a limit is never 0 nor beyond libvirt's range; once post-copy runs the guest
 * lives on both hosts, so that nothing but patience is safe; a suspended guest cannot be suspended again; and what is already so is not
 * done again.
 */
export function permitted(view: View, actions: readonly Action[]): Permitted {
  if (actions.length === 0) return { actions, notes: [] };
  const kept: Action[] = [];
  const notes: Note[] = [];
  for (const action of actions.map(intoRange)) {
    const isPostCopy = view.postCopyActive || kept.some(({ kind }) => kind === 'post-copy');
    const objection = objectionTo({ ...view, postCopyActive: isPostCopy }, action);
    if (objection !== undefined)
      notes.push({ code: 'refused', message: `${action.kind} was refused: ${objection} (${action.reason})` });
    else if (!isAlreadySo(view, action)) kept.push(action);
  }
  return { actions: kept, notes };
}

function intoRange(action: Action): Action {
  switch (action.kind) {
    case 'downtime-limit':
      return {
        ...action,
        limitMs: Number.isNaN(action.limitMs) ? DOWNTIME_LIMIT_MS.default : toDowntimeLimitMs(action.limitMs),
      };
    case 'throttle':
      return { ...action, throttle: Math.min(Math.max(action.throttle, 0), MAX_THROTTLE) };
    default:
      return action;
  }
}

function objectionTo(view: View, action: Action): string | undefined {
  if (view.postCopyActive && action.kind !== 'continue' && action.kind !== 'bandwidth') return 'post-copy is under way';
  if (action.kind === 'post-copy' && !view.can.postCopy) return 'post-copy was not made possible at the start';
  if (action.kind === 'post-copy' && view.paused) return 'the guest is suspended';
  if (action.kind === 'throttle' && !view.can.throttle)
    return 'the throttle cannot be changed in flight without the monitor';
  return undefined;
}

function isAlreadySo(view: View, action: Action): boolean {
  switch (action.kind) {
    case 'downtime-limit':
      return action.limitMs === view.downtimeLimitMs;
    case 'bandwidth':
      return action.bytesPerSecond === view.bandwidthBytesPerSecond;
    case 'throttle':
      return action.throttle === view.throttle;
    case 'pause':
      return view.paused;
    default:
      return false;
  }
}
