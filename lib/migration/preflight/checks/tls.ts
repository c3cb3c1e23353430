import type { Role } from '../../events.js';
import type { PreflightFacts } from '../facts.js';
import { type Finding, finding } from '../finding.js';
import { TLS_PATHS } from '../paths.js';
import type { Check } from './check.js';

/** Both hosts have certificates when TLS is wanted. */
export const tls: Check = (facts) => {
  const { tls: wanted } = facts.request.transport;
  if (wanted === undefined || wanted === false) return [];
  return (['source', 'destination'] as const).flatMap((side) => certificateFindings(side, facts));
};

function certificateFindings(side: Role, { paths }: PreflightFacts): Finding[] {
  if (!TLS_PATHS[side].every((path) => paths?.[side][path] === 'missing')) return [];
  return [
    finding(
      'tls-not-set-up',
      `transport.tls is wanted, and the ${side} has none of ${TLS_PATHS[side].join(', ')}`,
      "Put QEMU's certificates there, or allow it where qemu.conf names another directory.",
      side,
    ),
  ];
}
