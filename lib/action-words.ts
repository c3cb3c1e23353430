import { formatBytes, formatMs, formatShare } from './format.js';
import type { Action } from './policy/index.js';

/** An action with its figure, in the field's terms. Pure. */
export function actionWords(action: Action): string {
  switch (action.kind) {
    case 'downtime-limit':
      return `downtime limit ${formatMs(action.limitMs)}`;
    case 'bandwidth':
      return action.bytesPerSecond === undefined
        ? 'no bandwidth cap'
        : `bandwidth ${formatBytes(action.bytesPerSecond)}/s`;
    case 'throttle':
      return `throttle ${formatShare(action.throttle)}`;
    default:
      return action.kind;
  }
}
