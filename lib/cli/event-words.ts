import type { MigrationEvent, WatchEvent } from '../migration/index.js';
import type { Action } from '../policy/index.js';
import { formatBytes, formatMs } from './format.js';
import { inFlags } from './words.js';

/** What is shown to a person: events of one's own migration, or of one that is only watched. */
export type ShownEvent = MigrationEvent | Exclude<WatchEvent, { type: 'over' }>;

/** What an event is to a person, in one line; undefined for those that are progress and no news. Pure. */
export function wordsOfEvent(event: ShownEvent): string | undefined {
  switch (event.type) {
    case 'decision': {
      if (event.action.kind === 'continue') return undefined;
      const refusal = event.refusal === undefined ? '' : ` (refused: ${event.refusal})`;
      return `${actionWords(event.action)}: ${event.action.reason}${refusal}`;
    }
    case 'hold':
      return event.what === 'begin' ? 'the switchover is held' : 'the switchover is released';
    case 'warning':
      return `warning: ${inFlags(event.message)}`;
    case 'abort':
      return `aborting: ${event.reason}`;
    default:
      return undefined;
  }
}

function actionWords(action: Action): string {
  switch (action.kind) {
    case 'downtime-limit':
      return `downtime limit ${formatMs(action.limitMs)}`;
    case 'bandwidth':
      return action.bytesPerSecond === undefined
        ? 'no bandwidth cap'
        : `bandwidth ${formatBytes(action.bytesPerSecond)}/s`;
    case 'throttle':
      return `throttle ${Math.round(action.throttle * 100)} %`;
    default:
      return action.kind;
  }
}
