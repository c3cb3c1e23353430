import { formatBytes, formatMs, formatShare } from '../../format.js';
import type { Run } from '../run.js';

type Action = Run['decisions'][number]['action'];

/** An action in the words of a person. */
export function actionWords(action: Action): string {
  switch (action.kind) {
    case 'continue':
      return 'go on';
    case 'downtime-limit':
      return `limit of the pause ${formatMs(action.limitMs)}`;
    case 'bandwidth':
      return action.bytesPerSecond === undefined
        ? 'no cap on the link'
        : `cap the link at ${formatBytes(action.bytesPerSecond)}/s`;
    case 'throttle':
      return `take ${formatShare(action.throttle)} of the guest's CPU time`;
    case 'switchover':
      return 'stop the guest and send the rest';
    case 'post-copy':
      return 'go on at the destination, fetch the rest from there';
    case 'pause':
      return 'suspend the guest until the rest is sent';
    case 'abort':
      return 'give up';
  }
}
