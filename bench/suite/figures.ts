import { formatBytes, formatMs } from '../../lib/format.js';
import type { FigureName } from '../engine/run.js';

/** How figures are called and written, wherever they are shown. */
export const FIGURES: readonly { name: FigureName; title: string; format: (value: number) => string }[] = [
  { name: 'pauseMs', title: 'pause', format: formatMs },
  { name: 'outsideMs', title: 'outside', format: formatMs },
  { name: 'totalMs', title: 'total', format: formatMs },
  { name: 'sentBytes', title: 'bytes', format: formatBytes },
  { name: 'workLostMs', title: 'work lost', format: formatMs },
];

/** 1.234 → "× 1.23", 0.0456 → "× 0.046". */
export function formatRatio(value: number): string {
  return `× ${value.toPrecision(value < 0.1 ? 2 : 3)}`;
}
