import { formatBytes, formatMs, formatShare } from '../../format.js';
import type { Html } from '../page/html.js';
import { table } from '../page/table.js';
import type { Run } from '../run.js';

type Host = NonNullable<Run['connected']>['source'];

/** Where, on what and how a run took place: a row each, empty ones left out by the table. */
const ROWS: readonly (readonly [string, (run: Run) => string | undefined])[] = [
  ['started', ({ header }) => header && momentWords(header.startedAt)],
  [
    'guest',
    ({ connected, header }) =>
      connected === undefined ? header?.options.domain : `${connected.domain.name} (${connected.domain.uuid})`,
  ],
  ['memory', ({ plan }) => plan && formatBytes(plan.situation.memoryTotalBytes)],
  ['source', ({ connected }) => connected && hostWords(connected.source)],
  ['destination', ({ connected }) => connected && hostWords(connected.destination)],
  ['coordinated', ({ end }) => end?.result.control],
  ['safety', ({ end }) => end?.result.safety],
  ['policy', ({ plan, header }) => plan?.policy ?? header?.options.policy],
  ['budget', ({ header }) => header && budgetWords(header.options.budget)],
  ['escalation', ({ header }) => header && (header.options.escalate.join(', then ') || 'none')],
  ['hooks', ({ header }) => header && (header.options.hooks.join(', ') || 'none')],
  ['link as known before', ({ plan }) => rateWords(plan?.situation.linkBytesPerSecond)],
  ['dirty rate as known before', ({ plan }) => rateWords(plan?.situation.dirtiedBytesPerSecond)],
  ['a stop alone costs', ({ plan }) => plan && formatMs(plan.fixedPauseMs)],
  [
    'hold',
    ({ end }) => end && (end.result.hold === 'none' ? 'none' : `${end.result.hold}, ${formatMs(end.result.heldMs)}`),
  ],
  [
    'controlled from',
    ({ header }) =>
      header &&
      `precopy ${header.environment.precopy}, Node ${header.environment.node}, ${header.environment.kernel}, ${header.environment.architecture}`,
  ],
  ['adopted in mid-run', ({ header }) => (header?.isAdopted === true ? 'yes' : undefined)],
  ['samples', ({ samples }) => `${samples.atMs.length}`],
];

export function environmentTable(runs: readonly Run[]): Html {
  const rows = ROWS.map(([title, value]) => [title, ...runs.map((run) => value(run) ?? '–')]);
  return table({
    caption: 'Where, on what and how',
    header: ['', ...runs.map(({ name }) => name)],
    rows: rows.filter(([, ...values]) => values.some((value) => value !== '–')),
    wordColumns: runs.map((_, index) => index + 1),
  });
}

/** A moment of the wall clock, to the second. */
export function momentWords(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

function hostWords({ hostname, libvirtVersion, hypervisorVersion }: Host): string {
  return `${hostname}: libvirt ${libvirtVersion}, QEMU ${hypervisorVersion}`;
}

function rateWords(bytesPerSecond: number | undefined): string | undefined {
  return bytesPerSecond === undefined ? undefined : `${formatBytes(bytesPerSecond)}/s`;
}

function budgetWords({ pauseMs, totalMs, slowdown }: NonNullable<Run['header']>['options']['budget']): string {
  const parts = [
    pauseMs === undefined ? [] : [`pause ${formatMs(pauseMs)}`],
    totalMs === undefined ? [] : [`total ${formatMs(totalMs)}`],
    slowdown === undefined ? [] : [`slowdown ${formatShare(slowdown)}`],
  ].flat();
  return parts.join(', ') || 'none';
}
