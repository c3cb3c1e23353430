import { formatBytes, formatMs, formatShare } from '../../lib/format.js';
import type { FigureName } from '../engine/run.js';
import { isDifferent, isEnough, type Ratio } from './ratio.js';

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

/** What a ratio comes to in words: "12 % less", "3.1 times", "no difference seen" where its interval holds 1. Pure. */
export function ratioInWords(ratio: Ratio): string {
  const { value } = ratio;
  if (!isEnough(ratio)) return `${formatRatio(value)}, too few runs`;
  if (!isDifferent(ratio)) return 'no difference seen';
  if (value >= 2) return `${value.toPrecision(2)} times`;
  return value > 1 ? `${formatShare(value - 1)} more` : `${formatShare(1 - value)} less`;
}
