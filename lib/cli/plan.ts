import { formatMs, formatShare } from '../format.js';
import { chooseControl } from '../migration/control.js';
import type { MigrateOptions, PreflightReport } from '../migration/index.js';
import { resolveSafety } from '../migration/safety.js';
import type { Budget } from '../policy/index.js';
import { HOOK_FLAGS } from './hook-flags.js';
import { hooksOf, type MigrationFlags } from './migration-flags.js';

/** What a migration with these options would be, line by line; for a report without errors. Pure. */
export function courseOf(options: MigrateOptions, flags: MigrationFlags, { facts }: PreflightReport): string[] {
  const { escalate = [], safety = 'auto', transport = {}, budget = {}, policy = 'budget', switchoverAt } = options;
  const control = chooseControl(transport, facts.request.destinationUri);
  const hooks = hooksOf(flags, () => {});
  const named = HOOK_FLAGS.filter(({ name }) => name in hooks).map(({ name }) => name);
  const lines: [string, string | undefined][] = [
    ['control', control.mode === 'direct' ? 'direct: by this command' : `peer-to-peer, by way of ${control.peerUri}`],
    ['safety', `${resolveSafety(safety, facts.guest, escalate)}${safety === 'auto' ? ' (chosen by its disks)' : ''}`],
    ['policy', typeof policy === 'string' ? policy : policy.name],
    ['budget', budgetWords(budget) || 'none: it goes on until it converges'],
    ['then', escalate.length === 0 ? undefined : escalate.join(', then ')],
    ['hold', switchoverAt === undefined ? undefined : `the switchover is held until ${switchoverAt.toISOString()}`],
    ['hooks', named.length === 0 ? undefined : named.join(', ')],
    ['forecast', options.forecast ? 'first, which takes about eight seconds' : undefined],
    ['journal', options.journal],
  ];
  return [
    'It would be moved so:',
    ...lines.flatMap(([what, how]) => (how === undefined ? [] : [`  ${what.padEnd(8)} ${how}`])),
  ];
}

function budgetWords({ pauseMs, totalMs, slowdown }: Budget): string {
  return [
    ...(pauseMs === undefined ? [] : [`a pause of ${formatMs(pauseMs)}`]),
    ...(totalMs === undefined ? [] : [`${formatMs(totalMs)} in total`]),
    ...(slowdown === undefined ? [] : [`${formatShare(slowdown)} of its CPU time`]),
  ].join(', ');
}
