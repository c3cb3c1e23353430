import type { Run } from './run.js';

/** The moments around the pause, as far as the trace has them, in milliseconds since the start of the run. */
export interface Switchover {
  /** The guest stopped on the source. */
  readonly stoppedAtMs: number;
  /** It ran again; undefined where that is not in the trace. */
  readonly resumedAtMs: number | undefined;
  /** Where it ran again. */
  readonly resumedOn: 'source' | 'destination' | undefined;
  readonly parts: readonly SwitchoverPart[];
}

/** A part of the pause. */
export interface SwitchoverPart {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Computed, not seen. */
  readonly isEstimated: boolean;
  readonly colour: 'orange' | 'purple' | 'blue';
}

/**
 * When the guest stopped, and when it ran again. libvirt does not say when the last pages were over, so the time that they took is computed from
 * what the last sample had left to send and its speed; the rest of the pause is device state, storage and the hosts' handshakes.
 */
export function switchoverOf(run: Run): Switchover | undefined {
  const stop = run.guestEvents.find(({ side, event }) => side === 'source' && event === 'suspended');
  if (stop === undefined) return undefined;
  const stoppedAtMs = stop.atMs;
  // The first one: after post-copy the destination says it again, when the last page has come.
  const resume = run.guestEvents.find(({ event, atMs }) => event === 'resumed' && atMs >= stoppedAtMs);
  const resumedAtMs = resume?.atMs;
  return {
    stoppedAtMs,
    resumedAtMs,
    resumedOn: resume?.side,
    parts: resumedAtMs === undefined ? [] : partsOf(run, stoppedAtMs, resumedAtMs),
  };
}

function partsOf(run: Run, stoppedAtMs: number, resumedAtMs: number): SwitchoverPart[] {
  const pagesMs = lastPagesMs(run, stoppedAtMs);
  const rest = { name: 'device state, storage, handshakes', toMs: resumedAtMs, colour: 'purple' } as const;
  if (pagesMs === undefined)
    return [{ ...rest, name: 'last pages, device state, handshakes', fromMs: stoppedAtMs, isEstimated: false }];
  const sentAtMs = Math.min(stoppedAtMs + pagesMs, resumedAtMs);
  return [
    { name: 'last pages', fromMs: stoppedAtMs, toMs: sentAtMs, isEstimated: true, colour: 'orange' },
    { ...rest, fromMs: sentAtMs, isEstimated: true },
  ];
}

/** How long the last pages took at the speed of the last sample before the stop; undefined where that is not known, and in post-copy. */
function lastPagesMs({ samples }: Run, stoppedAtMs: number): number | undefined {
  const last = samples.atMs.findLastIndex((atMs) => atMs <= stoppedAtMs);
  const [left, speed] = [samples.remainingBytes[last] ?? 0, samples.sentBytesPerSecond[last] ?? 0];
  if (last < 0 || speed <= 0 || samples.postCopy[last] === 1) return undefined;
  // What was still left of the pass went over before the stop, too.
  const sentBeforeStop = (speed * (stoppedAtMs - (samples.atMs[last] ?? 0))) / 1000;
  return (Math.max(0, left - sentBeforeStop) / speed) * 1000;
}
