import { formatBytes, formatMs, formatTable } from '../../lib/cli/format.js';
import { median, quantile } from '../statistics.js';
import { type BoundResult, valuesOf } from './bounds.js';
import type { Machine } from './machine.js';
import type { Performance } from './perform.js';
import type { FigureName, PauseParts, Run } from './run.js';

const FIGURES: readonly { name: FigureName; title: string; format: (value: number) => string }[] = [
  { name: 'pauseMs', title: 'pause', format: formatMs },
  { name: 'outsideMs', title: 'outside', format: formatMs },
  { name: 'totalMs', title: 'total', format: formatMs },
  { name: 'sentBytes', title: 'bytes', format: formatBytes },
  { name: 'workLostMs', title: 'work lost', format: formatMs },
];

const PARTS: readonly (keyof PauseParts)[] = ['stopMs', 'answerMs', 'transferMs', 'finishMs'];

export function machineText(machine: Machine): string {
  const { processors, memoryBytes, kernel, node, libvirt, daemon, qemu, accelerator, link } = machine;
  return [
    `${processors}, ${formatBytes(memoryBytes)}, Linux ${kernel}, Node ${node}`,
    `libvirt ${libvirt} here and ${daemon} on the hosts, QEMU ${qemu} under ${accelerator.toUpperCase()}, link ${link}`,
  ].join('\n');
}

/** A scenario: its sides, where the pause went, and what became of the bounds. */
export function performanceText({ name, about, subject, reference, series, failures, bounds }: Performance): string {
  const sides: [string, readonly Run[]][] = [[subject, series.subject]];
  if (reference !== undefined) sides.push([reference, series.reference]);
  return [
    `\n${name}: ${about}`,
    '',
    'median (least..most)',
    formatTable(
      ['', 'runs', ...FIGURES.map(({ title }) => title), 'pause p95', 'noisy', 'load'],
      sides.map(([side, runs]) => sideRow(side, runs)),
    ),
    ...partsText(sides),
    '',
    boundsText(bounds),
    ...failures.map((failure) => `failed and repeated: ${failure}`),
  ].join('\n');
}

export function boundsText(bounds: readonly BoundResult[]): string {
  const rows = bounds.map(({ name, rule, value, low, high, bound, met }) => [
    name,
    number(value),
    `${number(low)}..${number(high)}`,
    `${rule} ${number(bound)}`,
    met ? 'met' : 'MISSED',
  ]);
  return formatTable(['', 'value', '95 %', 'bound', ''], rows);
}

/** A run in a line, while it goes on. */
export function runLine(strategy: string, { outcome, reason, figures, load, quiet, engine }: Run): string {
  const parts = FIGURES.flatMap(({ name, title, format }) => {
    const value = figures[name];
    return value === undefined ? [] : [`${title} ${format(value)}`];
  });
  const noise = quiet?.isQuiet !== false ? '' : `, noisy (longest gap before ${formatMs(quiet.maxMs)})`;
  const ending = outcome === 'completed' ? '' : ` ${outcome} (${reason})`;
  const decisions = (engine?.decisions ?? []).map((decision) => `\n      ${decision}`).join('');
  return `${strategy}:${ending} ${parts.join(', ')}, load ${load.toFixed(1)}${noise}${decisions}`;
}

function sideRow(side: string, runs: readonly Run[]): string[] {
  const pauses = valuesOf(runs, 'pauseMs');
  const rejected = runs.reduce((sum, { quiet }) => sum + (quiet?.rejected ?? 0), 0);
  const noisy = runs.filter(({ quiet }) => quiet?.isQuiet === false).length;
  return [
    side,
    `${runs.length}`,
    ...FIGURES.map(({ name, format }) => range(valuesOf(runs, name), format)),
    pauses.length === 0 ? '–' : formatMs(quantile(pauses, 0.95)),
    `${noisy} (${rejected} waits)`,
    median(runs.map(({ load }) => load)).toFixed(1),
  ];
}

function partsText(sides: readonly [string, readonly Run[]][]): string[] {
  const rows = sides.flatMap(([side, runs]) => {
    const parts = runs.flatMap(({ qemu }) => (qemu.parts === undefined ? [] : [qemu.parts]));
    if (parts.length === 0) return [];
    const qemu = runs.flatMap(({ qemu }) => (qemu.pauseMs === undefined ? [] : [qemu.pauseMs]));
    const libvirt = runs.flatMap(({ libvirtMs }) => (libvirtMs === undefined ? [] : [libvirtMs]));
    const columns = [qemu, libvirt, ...PARTS.map((part) => parts.map((all) => all[part]))];
    return [[side, ...columns.map((values) => range(values, formatMs))]];
  });
  if (rows.length === 0) return [];
  const header = ['', "pause by QEMU's stamps", 'by libvirt', 'STOP→pre-switchover', '→device', '→loaded', '→RESUME'];
  return ['', formatTable(header, rows)];
}

function range(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0) return '–';
  return `${format(median(values))} (${format(Math.min(...values))}..${format(Math.max(...values))})`;
}

function number(value: number | undefined): string {
  if (value === undefined) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(3);
}
