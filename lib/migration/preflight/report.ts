import { PrecopyError } from '../../errors.js';
import { checksFor } from './checks/index.js';
import type { PreflightFacts } from './facts.js';
import { type AllowableCode, FINDING_CODES, type Finding, isAllowable } from './finding.js';

/** What preflight found, all of it at once. */
export interface PreflightReport {
  /** Whether there is no error among the findings. */
  readonly ok: boolean;
  /** Errors first; among these, what makes others pointless comes first. */
  readonly findings: readonly Finding[];
  /** What was judged by, for whoever wants to judge for himself. */
  readonly facts: PreflightFacts;
}

const SEVERITIES = ['error', 'warning', 'info'];

/**
 * Judges by the facts. Pure: the same facts give the same report.
 *
 * @param allow - errors that are to be warnings; others than the allowable ones stay errors
 */
export function judgePreflight(
  facts: PreflightFacts,
  allow: readonly AllowableCode[] = [],
  checks = checksFor(facts.request.mode),
): PreflightReport {
  const allowed = new Set<string>(allow);
  const findings = checks
    .flatMap((check) => check(facts))
    .map((found) => (allowed.has(found.code) && isAllowable(found.code) ? lenient(found) : found))
    .sort((one, other) => rankOf(one) - rankOf(other) || compare(one.message, other.message));
  return { ok: findings.every(({ severity }) => severity !== 'error'), findings, facts };
}

const lenient = (found: Finding): Finding => ({ ...found, severity: 'warning' });

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function rankOf({ severity, code }: Finding): number {
  return SEVERITIES.indexOf(severity) * FINDING_CODES.length + FINDING_CODES.indexOf(code);
}

/** Why a migration was not begun, with everything that stands in its way. */
export class PreflightError extends PrecopyError {
  readonly findings: readonly Finding[];

  /** `code` is that of the first error: `ERR_PRECOPY_SAME_HOST` for `same-host`, and so on. */
  constructor({ findings }: PreflightReport) {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    super(
      `ERR_PRECOPY_${(first?.code ?? 'preflight').toUpperCase().replaceAll('-', '_')}`,
      errors.map(({ message }) => message).join('; '),
      { remedy: errors.map(({ remedy }) => remedy).join(' ') },
    );
    this.findings = findings;
  }
}

/** Throws PreflightError when there is an error among the findings. */
export function requirePreflight(report: PreflightReport): void {
  if (!report.ok) throw new PreflightError(report);
}
