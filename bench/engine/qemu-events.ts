import type { PauseParts } from './run.js';

/** An event of a QEMU's monitor, with QEMU's own stamp: CLOCK_REALTIME, which all hosts of a lab share. */
export interface QemuEvent {
  host: string;
  guest: string;
  /** In capitals, as STOP; of MIGRATION the status follows, as `MIGRATION device`. */
  name: string;
  atNs: bigint;
}

const VIRSH_LINE = /^event (\S+) at (\d+)\.(\d{6}) for domain '([^']*)': (.*)$/;

/** Reads a line of `virsh qemu-monitor-event`; undefined for what is no event. */
export function parseVirshEvent(host: string, line: string): QemuEvent | undefined {
  const [, name, seconds, microseconds, guest, data] = VIRSH_LINE.exec(line) ?? [];
  if (name === undefined || seconds === undefined || guest === undefined) return undefined;
  const status = /"status":"([^"]+)"/.exec(data ?? '')?.[1];
  return {
    host,
    guest,
    name: status === undefined ? name : `${name} ${status}`,
    atNs: BigInt(seconds) * 1_000_000_000n + BigInt(microseconds ?? 0) * 1000n,
  };
}

/** What QEMU's events say of one migration's pause; undefined where an event is missing. */
export interface QemuPause {
  pauseMs: number | undefined;
  parts: PauseParts | undefined;
}

/**
 * Takes the pause apart: the first STOP on the source to the first RESUME on the destination after it, and what happened between them.
 * Post-copy has no parts: the guest starts before the rest has come.
 */
export function qemuPause(events: readonly QemuEvent[], source: string, destination: string): QemuPause {
  const stopNs = momentOf(events, source, 'STOP', 0n);
  if (stopNs === undefined) return { pauseMs: undefined, parts: undefined };
  const resumeNs = momentOf(events, destination, 'RESUME', stopNs);
  const switchoverNs = momentOf(events, source, 'MIGRATION pre-switchover', stopNs);
  const deviceNs = momentOf(events, source, 'MIGRATION device', stopNs);
  const loadedNs = momentOf(events, destination, 'MIGRATION completed', stopNs);
  const pauseMs = resumeNs === undefined ? undefined : between(stopNs, resumeNs);
  if (resumeNs === undefined || switchoverNs === undefined || deviceNs === undefined || loadedNs === undefined) {
    return { pauseMs, parts: undefined };
  }
  const parts = {
    stopMs: between(stopNs, switchoverNs),
    answerMs: between(switchoverNs, deviceNs),
    transferMs: between(deviceNs, loadedNs),
    finishMs: between(loadedNs, resumeNs),
  };
  return { pauseMs, parts: resumeNs < loadedNs ? undefined : parts };
}

function momentOf(events: readonly QemuEvent[], host: string, name: string, fromNs: bigint): bigint | undefined {
  return events
    .filter((event) => event.host === host && event.name === name && event.atNs >= fromNs)
    .map(({ atNs }) => atNs)
    .sort((a, b) => Number(a - b))[0];
}

function between(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e6;
}
