import type { JobStats } from '../libvirt/index.js';
import { fixedPauseMs, isQuiet, type Pass } from '../policy/index.js';
import type { Conductor } from './conductor.js';
import type { Sides } from './connect.js';
import { learnFrom } from './history.js';
import type { PhaseSpan } from './phases.js';

/** A completed move, as far as it is known. */
export interface CompletedMove {
  sides: Sides | undefined;
  guestUuid: string | undefined;
  conductor: Conductor | undefined;
  pauseMs: number | undefined;
  phases: readonly PhaseSpan[];
  job: JobStats | undefined;
}

/** Phases that say nothing about the next move: the checks are made anew, and the passes depend on the guest. */
const NOT_OVERHEAD: readonly PhaseSpan['phase'][] = ['connect', 'pre-copy', 'stop-and-copy'];

/** What a completed move taught about the link, the guest and the cost of a stop, for the next one between these hosts. */
export function learnFromRun({ sides, guestUuid, conductor, pauseMs, phases, job }: CompletedMove): void {
  const { steering, actuators } = conductor ?? {};
  const linkBytesPerSecond = steering?.usualLinkBytesPerSecond;
  if (sides === undefined || guestUuid === undefined) return;
  if (actuators === undefined || pauseMs === undefined || !linkBytesPerSecond) return;
  const { paused, postCopyActive, downtimeLimitMs } = actuators.limits;
  const lastBytes = Math.min(steering?.passes.dirtyBytes ?? 0, (linkBytesPerSecond / 1000) * downtimeLimitMs);
  const { source, destination } = sides;
  const finished = steering?.passes.finished ?? [];
  learnFrom(source.identity.hostUuid, destination.identity.hostUuid, guestUuid, {
    linkBytesPerSecond,
    // A guest that was suspended on purpose stood still while its memory went over, and in post-copy most of it goes over afterwards.
    fixedPauseMs: paused || postCopyActive ? undefined : fixedPauseMs(pauseMs, lastBytes, linkBytesPerSecond),
    postCopyPauseMs: postCopyActive ? pauseMs : undefined,
    overheadMs: postCopyActive ? undefined : overheadMs(phases),
    usedBytes: usedBytes(job),
    wasBusy: !isQuietAfter(finished[0], linkBytesPerSecond),
    passes: finished,
  });
}

function overheadMs(phases: readonly PhaseSpan[]): number {
  return phases
    .filter(({ phase }) => !NOT_OVERHEAD.includes(phase))
    .reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** A guest of which no pass was seen to end was quiet enough to stop at the end of the first. */
function isQuietAfter(first: Pass | undefined, linkBytesPerSecond: number): boolean {
  return first === undefined || isQuiet({ passes: [first], elapsedMs: first.durationMs }, linkBytesPerSecond);
}

/** QEMU counts the pages that it found to be zero and did not send. */
function usedBytes(job: JobStats | undefined): number | undefined {
  const { memoryTotalBytes, memoryConstantPages, memoryPageBytes } = job ?? {};
  if (memoryTotalBytes === undefined || memoryConstantPages === undefined || !memoryPageBytes) return undefined;
  return Math.max(memoryTotalBytes - memoryConstantPages * memoryPageBytes, 0) || undefined;
}
