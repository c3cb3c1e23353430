import { formatMs } from '../format.js';
import type { Budgeted } from './figures.js';
import { figuresOf } from './figures.js';
import type { Run } from './run.js';
import { switchoverOf } from './switchover.js';

/** What became of a run, in words. */
export interface Verdict {
  readonly tone: 'good' | 'bad' | 'doubt';
  /** One line. */
  readonly headline: string;
  /** Who has the guest, how long it paused, what to do: a sentence each. */
  readonly sentences: readonly string[];
}

export function verdictOf(run: Run): Verdict {
  const figures = figuresOf(run);
  const guest = figures.domain ?? 'The guest';
  const { end } = run;
  if (end === undefined) return cutOff(run, guest);
  const { outcome, owner, evidence, error, source, destination, hold, abort } = end.result;
  const hosts = { source: source?.hostname, destination: destination?.hostname };
  const seen = `Seen at the end: ${viewOf('source', evidence.source)}; ${viewOf('destination', evidence.destination)}.`;
  const where =
    owner === 'source' || owner === 'destination'
      ? `It is on the ${owner}${hosts[owner] === undefined ? '' : `, ${hosts[owner]}`}.`
      : OWNER_WORDS[owner];
  const sentences = [`${where} ${seen}`, ...pauseWords(figures.pauseMs, figures.outsidePauseMs)];
  const { resumedAtMs, fetchedAtMs } = switchoverOf(run) ?? {};
  if (resumedAtMs !== undefined && fetchedAtMs !== undefined)
    sentences.push(
      `Then it fetched the rest of its memory from the source, for ${formatMs(fetchedAtMs - resumedAtMs)} (post-copy).`,
    );
  if (hold === 'broken') sentences.push('The hold of the switchover was broken: QEMU stopped the guest by itself.');
  // The error of a cancelled run says why by itself.
  if (abort !== undefined && outcome !== 'cancelled')
    sentences.push(`An abort was asked for (${abort.reason}): ${ABORT_WORDS[abort.outcome]}.`);
  if (outcome === 'completed') {
    const isKnown = owner === 'destination';
    return {
      tone: isKnown ? 'good' : 'bad',
      headline: isKnown ? `${guest} moved` : `${guest} moved, and its owner is in doubt`,
      sentences,
    };
  }
  if (error !== undefined) sentences.push(error.message, ...(error.remedy === undefined ? [] : [error.remedy]));
  const isSafe = owner === 'source';
  const what = outcome === 'cancelled' ? 'was cancelled' : 'failed';
  return {
    tone: isSafe && outcome === 'cancelled' ? 'doubt' : 'bad',
    headline: `The move of ${guest} ${what}${isSafe ? '; it stays where it was' : ''}`,
    sentences,
  };
}

const OWNER_WORDS = {
  both: 'It was seen running on both hosts.',
  neither: 'No host has it.',
  unknown: 'Which host has it is not proven.',
} as const;

const ABORT_WORDS = {
  cancelled: 'it worked',
  completedAnyway: 'it came too late, and the move completed',
  hung: 'it did not end in time',
  refused: 'libvirt would not take it',
} as const;

function cutOff(run: Run, guest: string): Verdict {
  const stop = switchoverOf(run);
  const stopped =
    stop === undefined
      ? 'As far as it goes, the guest was not stopped.'
      : `The guest was stopped at ${formatMs(stop.stoppedAtMs)}${stop.resumedAtMs === undefined ? ' and not seen running again' : `, and ran on the ${stop.resumedOn} at ${formatMs(stop.resumedAtMs)}`}.`;
  return {
    tone: 'doubt',
    headline: `This trace of ${guest} has no result`,
    sentences: [
      `It ends at ${formatMs(run.lastMs)}: the run was cut off, or is still under way. ${stopped}`,
      'Who has the guest now is not in it: ask both hosts with precopy resolve.',
    ],
  };
}

function pauseWords({ actual, budget, isWithinBudget }: Budgeted, outsideMs: number | undefined): string[] {
  if (actual === undefined) return [];
  const against =
    budget === undefined
      ? 'no budget was set'
      : `its budget of ${formatMs(budget)} was ${isWithinBudget === true ? 'kept' : 'not kept'}`;
  const outside = outsideMs === undefined ? '' : ` (${formatMs(outsideMs)} as seen from outside)`;
  return [`It paused for ${formatMs(actual)}${outside}; ${against}.`];
}

type SideView = NonNullable<Run['end']>['result']['evidence']['source'];

function viewOf(side: string, view: SideView): string {
  if (view.seen === 'absent') return `not on the ${side}`;
  if (view.seen === 'unreachable') return `the ${side} did not answer (${view.why})`;
  return `${view.state} on the ${side}`;
}
