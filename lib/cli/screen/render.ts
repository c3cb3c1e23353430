import { formatBytes, formatMs, formatShare } from '../../format.js';
import { type AssessedSample, PHASES, type Phase, type Role } from '../../migration/index.js';
import type { Pace } from '../../policy/index.js';
import { formatSeconds } from '../format.js';
import type { PassState, ScreenState } from './state.js';
import { barOf, type Colour, lengthOf, lineOf, type Piece, type Style } from './style.js';

export interface Canvas {
  readonly columns: number;
  readonly style: Style;
}

/** The latest passes that are shown; a migration may need hundreds. */
const SHOWN_PASSES = 6;

const LABEL_COLUMNS = 9;
const FIGURE_COLUMNS = 10;
const LONGEST_BAR = 60;
/** Below this, what is only nice to know is left out. */
const NARROW_COLUMNS = 56;

/** The screen as lines that do not wrap. Pure: the same state looks the same. */
export function render(state: ScreenState, atMs: number, { columns, style }: Canvas): string[] {
  // The last column stays free: some terminals wrap as soon as it is written to.
  const width = Math.max(20, columns - 1);
  const layout = { width, isNarrow: width < NARROW_COLUMNS, style };
  const rows: Piece[][] = [
    headline(state, atMs, layout),
    phases(state, atMs, layout),
    ...passes(state, atMs, layout),
    ...rates(state, layout),
    ...pause(state, atMs, layout),
    ...rest(state, atMs, layout),
  ];
  return rows.map((row) => lineOf(style, width, row));
}

interface Layout {
  readonly width: number;
  readonly isNarrow: boolean;
  readonly style: Style;
}

function headline(state: ScreenState, atMs: number, { width, style }: Layout): Piece[] {
  const place = (role: Role): Piece => [state.place === role ? 'bold' : 'dim', state[role]];
  const left: Piece[] = [['cyan', state.domain], '  ', place('source'), ` ${style.arrow} `, place('destination')];
  const clock = formatMs(state.endedAtMs ?? atMs);
  return [...left, ' '.repeat(Math.max(1, width - lengthOf(left) - clock.length)), clock];
}

function phases(state: ScreenState, atMs: number, layout: Layout): Piece[] {
  const timed = phaseList(state, atMs, layout, true);
  if (lengthOf(timed) <= layout.width) return timed;
  const bare = phaseList(state, atMs, layout, false);
  if (lengthOf(bare) <= layout.width) return bare;
  if (state.outcome !== undefined) return [[state.outcome === 'completed' ? 'green' : 'red', state.outcome]];
  const current = state.phases.at(-1)?.phase ?? PHASES[0];
  return [['bold', current], ` (phase ${PHASES.indexOf(current) + 1} of ${PHASES.length})`];
}

function phaseList(state: ScreenState, atMs: number, { style }: Layout, isTimed: boolean): Piece[] {
  return PHASES.flatMap((phase, index): Piece[] => {
    const entered = state.phases.findIndex((entry) => entry.phase === phase);
    const isLast = entered === state.phases.length - 1 && state.endedAtMs === undefined;
    const isWhereItFailed =
      state.outcome !== undefined && state.outcome !== 'completed' && phase === lastBeforeSettle(state);
    const gap = index === 0 ? '' : '  ';
    if (entered < 0) return [gap, ['dim', `${style.waiting} ${phase}`]];
    const time = isTimed ? ` ${formatMs(spanOf(state, phase, atMs))}` : '';
    const [glyph, colour] = isWhereItFailed
      ? ([style.failed, 'red'] as const)
      : isLast
        ? ([style.running, 'bold'] as const)
        : ([style.done, 'green'] as const);
    return [gap, [colour, `${glyph} ${phase}${time}`]];
  });
}

function lastBeforeSettle({ phases }: ScreenState): Phase | undefined {
  return phases.findLast(({ phase }) => phase !== 'settle')?.phase;
}

function spanOf({ phases, endedAtMs }: ScreenState, phase: Phase, atMs: number): number {
  const index = phases.findIndex((entry) => entry.phase === phase);
  return (phases[index + 1]?.atMs ?? endedAtMs ?? atMs) - (phases[index]?.atMs ?? 0);
}

/** Each pass as a bar: its length is what it had to send, its filled part what of it is sent. */
function passes({ passes }: ScreenState, atMs: number, layout: Layout): Piece[][] {
  const shown = passes.slice(-SHOWN_PASSES);
  const largest = Math.max(1, ...shown.map(({ volumeBytes }) => volumeBytes));
  return shown.map((pass) => {
    const isOver = pass.durationMs !== undefined;
    const reach = Math.max(pass.volumeBytes / largest, 1 / cellsOf(layout));
    const bar = barOf(layout.style, cellsOf(layout), reach * sentShareOf(pass), reach);
    const time = formatMs(pass.durationMs ?? atMs - pass.startedAtMs).padStart(FIGURE_COLUMNS);
    return row(`pass ${pass.number}`, [isOver ? 'dim' : 'cyan', bar], formatBytes(pass.volumeBytes), layout, [
      'dim',
      time,
    ]);
  });
}

function sentShareOf({ volumeBytes, remainingBytes, durationMs }: PassState): number {
  // One that was over before there was a sample of it had next to nothing to send.
  if (volumeBytes === 0) return durationMs === undefined ? 0 : 1;
  return 1 - remainingBytes / volumeBytes;
}

function rates(state: ScreenState, layout: Layout): Piece[][] {
  const { sample, sentBytesPerSecond: sent, dirtiedBytesPerSecond: dirtied, peakBytesPerSecond: peak } = state;
  if (sample === undefined || state.endedAtMs !== undefined || state.stoppedAtMs !== undefined) return [];
  const bar = (rate: number, colour: Colour): Piece => [colour, barOf(layout.style, cellsOf(layout), rate / peak)];
  const sentRow = row('sent', bar(sent, 'green'), `${formatBytes(sent)}/s`, layout);
  // QEMU has not looked before the first pass is over.
  if (state.passes.length < 2) return [sentRow];
  const colour = dirtied > sent ? 'red' : 'yellow';
  return [sentRow, row('dirtied', bar(dirtied, colour), `${formatBytes(dirtied)}/s`, layout)];
}

function pause(state: ScreenState, atMs: number, layout: Layout): Piece[][] {
  const { stoppedAtMs, resumedAtMs, sample, budget, endedAtMs } = state;
  const label = 'pause'.padEnd(LABEL_COLUMNS);
  const limit = budget.pauseMs;
  const bound = limit === undefined ? '' : `, budget ${formatMs(limit)}`;
  const colourOf = (ms: number): Colour => (limit === undefined || ms <= limit ? 'green' : 'red');
  if (stoppedAtMs !== undefined) {
    const ms = (resumedAtMs ?? endedAtMs ?? atMs) - stoppedAtMs;
    return [[label, [colourOf(ms), formatMs(ms)], bound]];
  }
  const expected = sample?.expectedPauseMs;
  if (expected === undefined || endedAtMs !== undefined) return [];
  if (limit === undefined || layout.isNarrow) {
    return [[label, [colourOf(expected), formatMs(expected)], layout.isNarrow ? bound : ' if it stopped now']];
  }
  const scale = Math.max(expected, limit * 2);
  const bar = withMark(barOf(layout.style, cellsOf(layout), expected / scale), limit / scale, layout.style);
  return [row('pause', [colourOf(expected), bar], formatMs(expected), layout, ['dim', `  budget ${formatMs(limit)}`])];
}

/** A bar with the mark of a budget on it. */
function withMark(bar: string, share: number, style: Style): string {
  const at = Math.min(bar.length - 1, Math.round(share * bar.length));
  return bar.slice(0, at) + style.mark + bar.slice(at + 1);
}

/** What is left, when it will be over, and what is being done to the guest. */
function rest(state: ScreenState, atMs: number, { isNarrow }: Layout): Piece[][] {
  const { sample, budget, heldSinceMs, isAborting, stoppedAtMs, endedAtMs } = state;
  if (endedAtMs !== undefined || stoppedAtMs !== undefined || sample === undefined) return [];
  const within = budget.totalMs === undefined ? '' : `, ${formatSeconds(budget.totalMs - atMs)} of the budget left`;
  const lines: Piece[][] = [
    [
      'left'.padEnd(LABEL_COLUMNS),
      `${formatBytes(sample.memoryRemainingBytes)}`,
      ...end(sample),
      isNarrow ? '' : within,
    ],
  ];
  if (sample.throttle > 0) {
    const allowed = budget.slowdown === undefined ? '' : `, ${formatShare(budget.slowdown)} allowed`;
    lines.push(['throttle'.padEnd(LABEL_COLUMNS), ['yellow', formatShare(sample.throttle)], allowed]);
  }
  if (heldSinceMs !== undefined) {
    lines.push([
      'held'.padEnd(LABEL_COLUMNS),
      ['cyan', formatMs(atMs - heldSinceMs)],
      isNarrow ? '' : ': the guest runs on',
    ]);
  }
  if (isAborting) lines.push([['yellow', isNarrow ? 'aborting' : 'aborting; Ctrl-C again leaves it to itself']]);
  return lines;
}

function end({ etaMs, pace }: AssessedSample): Piece[] {
  if (etaMs !== undefined) return [`, over in about ${formatSeconds(etaMs)}`];
  const why = WITHOUT_END[pace];
  return why === undefined ? [] : [', ', ['yellow', why]];
}

/** Why it cannot be told when it will be over. */
const WITHOUT_END: Partial<Record<Pace, string>> = {
  stalled: 'nothing moves',
  'not-converging': 'it does not converge so far',
};

function cellsOf({ width, isNarrow }: Layout): number {
  const figures = isNarrow ? FIGURE_COLUMNS : 2 * FIGURE_COLUMNS + 4;
  return Math.max(4, Math.min(LONGEST_BAR, width - LABEL_COLUMNS - figures - 1));
}

function row(label: string, bar: Piece, figure: string, layout: Layout, extra: Piece = ''): Piece[] {
  const pieces: Piece[] = [label.padEnd(LABEL_COLUMNS), bar, ' ', figure.padStart(FIGURE_COLUMNS)];
  return layout.isNarrow ? pieces : [...pieces, extra];
}
