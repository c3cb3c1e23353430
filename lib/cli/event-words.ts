import { actionWords } from '../action-words.js';
import type { Pace } from '../policy/index.js';
import type { ShownEvent } from './display.js';
import { forecastInWords } from './forecast-words.js';
import { inFlags } from './words.js';

/** What an event is to a person, in one line; undefined for those that are progress and no news. Pure. */
export function wordsOfEvent(event: ShownEvent): string | undefined {
  switch (event.type) {
    case 'decision': {
      if (event.action.kind === 'continue') return undefined;
      const refusal = event.refusal === undefined ? '' : ` (refused: ${event.refusal})`;
      return `${actionWords(event.action)}: ${event.action.reason}${refusal}`;
    }
    case 'forecast':
      return `forecast: ${forecastInWords(event.forecast)}`;
    case 'hold':
      return event.what === 'begin' ? 'the switchover is held' : 'the switchover is released';
    case 'warning':
      return `warning: ${inFlags(event.message)}`;
    case 'pace':
      return PACE_WORDS[event.pace];
    case 'abort':
      return `aborting: ${event.reason}`;
    default:
      return undefined;
  }
}

/** A stall is told by its warning. */
const PACE_WORDS: Record<Pace, string | undefined> = {
  stalled: undefined,
  moving: 'the memory moves as it should again',
  slow: 'the memory moves slowly: far below what the link carried before',
  'not-converging': 'the passes do not get shorter: the guest writes as fast as its memory is sent',
};
