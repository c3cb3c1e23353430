import type { MigrationEvent } from '../migration/index.js';
import { inFlags } from './words.js';

/** What an event is to a person, in one line; undefined for those that are progress and no news. Pure. */
export function wordsOfEvent(event: MigrationEvent): string | undefined {
  switch (event.type) {
    case 'decision': {
      if (event.action.kind === 'continue') return undefined;
      const refusal = event.refusal === undefined ? '' : ` (refused: ${event.refusal})`;
      return `${event.action.kind}: ${event.action.reason}${refusal}`;
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
