import { type Blackout, blackoutOf } from './observations.js';
import type { Run } from './run.js';

/** The moments around the pause, as far as the trace has them, in milliseconds since the start of the run. */
export interface Switchover {
  /** The guest stopped on the source. */
  readonly stoppedAtMs: number;
  /** It ran again; undefined where that is not in the trace. */
  readonly resumedAtMs: number | undefined;
  /** Where it ran again. */
  readonly resumedOn: 'source' | 'destination' | undefined;
  /** When its last page was there, of a guest that ran on before (post-copy). */
  readonly fetchedAtMs: number | undefined;
  readonly parts: readonly SwitchoverPart[];
  /** The longest silence that an observer outside heard; undefined without one. */
  readonly blackout: Blackout | undefined;
}

/** A part of the pause. */
export interface SwitchoverPart {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Computed, not seen. */
  readonly isEstimated: boolean;
  readonly colour: 'grey' | 'orange' | 'purple' | 'green';
}

/** When the guest stopped, when it ran again, and what the time between went into. */
export function switchoverOf(run: Run): Switchover | undefined {
  const stop = run.guestEvents.find(({ side, event }) => side === 'source' && event === 'suspended');
  if (stop === undefined) return undefined;
  const stoppedAtMs = stop.atMs;
  const resumes = run.guestEvents.filter(({ event, atMs }) => event === 'resumed' && atMs >= stoppedAtMs);
  // The first one: after post-copy the destination says it again, when the last page has come.
  const [resume, again] = resumes;
  const resumedAtMs = resume?.atMs;
  const { observations } = run;
  return {
    stoppedAtMs,
    resumedAtMs,
    resumedOn: resume?.side,
    fetchedAtMs: resume?.detail === 'postcopy' ? again?.atMs : undefined,
    parts: resumedAtMs === undefined ? [] : partsOf(run, stoppedAtMs, resumedAtMs),
    blackout: resumedAtMs === undefined ? undefined : blackoutOf(observations, stoppedAtMs, resumedAtMs),
  };
}

/** What QEMU says between the stop and the start, and what was going on until then. */
const STEPS = [
  { side: 'source', status: 'pre-switchover', name: 'QEMU stops the guest', colour: 'grey' },
  { side: 'source', status: 'device', name: 'libvirt lets it go on', colour: 'purple' },
  { side: 'destination', status: 'completed', name: 'last pages and device state', colour: 'orange' },
] as const;

function partsOf(run: Run, stoppedAtMs: number, resumedAtMs: number): SwitchoverPart[] {
  return seenParts(run, stoppedAtMs, resumedAtMs) ?? estimatedParts(run, stoppedAtMs, resumedAtMs);
}

/** By QEMU's own stamps; undefined unless all of them are there and in their order, which in post-copy they are not. */
function seenParts({ qemuEvents }: Run, stoppedAtMs: number, resumedAtMs: number): SwitchoverPart[] | undefined {
  const parts: SwitchoverPart[] = [];
  let fromMs = stoppedAtMs;
  for (const { side, status, name, colour } of STEPS) {
    const toMs = qemuEvents.find((said) => said.side === side && said.status === status && said.atMs >= fromMs)?.atMs;
    if (toMs === undefined || toMs > resumedAtMs) return undefined;
    parts.push({ name, fromMs, toMs, isEstimated: false, colour });
    fromMs = toMs;
  }
  const name = 'libvirt starts it on the destination';
  return [...parts, { name, fromMs, toMs: resumedAtMs, isEstimated: false, colour: 'green' }];
}

/** The last pages and the rest of the pause; one part where the pages' time is not known. */
function estimatedParts(run: Run, stoppedAtMs: number, resumedAtMs: number): SwitchoverPart[] {
  const pagesMs = lastPagesMs(run, stoppedAtMs);
  if (pagesMs === undefined) {
    const name = 'last pages, device state, handshakes';
    return [{ name, fromMs: stoppedAtMs, toMs: resumedAtMs, isEstimated: false, colour: 'purple' }];
  }
  const sentAtMs = Math.min(stoppedAtMs + pagesMs, resumedAtMs);
  return [
    { name: 'last pages', fromMs: stoppedAtMs, toMs: sentAtMs, isEstimated: true, colour: 'orange' },
    { name: 'device state, handshakes', fromMs: sentAtMs, toMs: resumedAtMs, isEstimated: true, colour: 'purple' },
  ];
}

/**
 * How long the last pages took. libvirt does not say when they were over, so it is computed: what went over after the last sample before the stop, at
 * that sample's speed, less the time that was left until the stop. Undefined where that is not known, and in post-copy, which sends no last pages.
 */
function lastPagesMs({ samples, end }: Run, stoppedAtMs: number): number | undefined {
  const last = samples.atMs.findLastIndex((atMs) => atMs <= stoppedAtMs);
  const speed = samples.sentBytesPerSecond[last] ?? 0;
  const sentBytes = end?.result.sentBytes;
  if (last < 0 || speed <= 0 || sentBytes === undefined || samples.postCopy.includes(1)) return undefined;
  const lastBytes = Math.max(0, sentBytes - (samples.processedBytes[last] ?? 0));
  return Math.max(0, (lastBytes / speed) * 1000 - (stoppedAtMs - (samples.atMs[last] ?? 0)));
}
