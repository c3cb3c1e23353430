import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  burst,
  compute,
  idle,
  type LinkSegment,
  type RecordedPass,
  type Scenario,
  steady,
  type Workload,
  workloadOfPasses,
} from '../../lib/forecast/index.js';
import { type Looks, PassTracker } from '../../lib/migration/pass-tracker.js';
import { addLinkSample, type LinkRate, policyByName } from '../../lib/policy/index.js';

/** What of a trace's lines the simulator's test looks at; whatever else is in them does not matter. */
interface Line {
  type: string;
  atMs: number;
  syncs?: number;
  memoryRemainingBytes?: number;
  memoryProcessedBytes?: number;
  throttle?: number;
  downtimeLimitMs?: number;
  bandwidthBytesPerSecond?: number;
  phase?: string;
  policy?: string;
  fixedPauseMs?: number;
  can?: { autoConverge: boolean };
  situation?: Pick<Scenario, 'budget' | 'escalate'> & { memoryTotalBytes: number } & NonNullable<Scenario['known']>;
  result?: {
    outcome: string;
    sentBytes: number;
    pause: { observedMs?: number };
    job?: { memoryTotalBytes: number; memoryConstantPages: number; memoryPageBytes: number };
  };
}

/** A migration that took place in the lab, and the scenario that should come out the same. */
export interface Recorded {
  readonly name: string;
  readonly workload: string;
  readonly outcome: string;
  /** From the first pass to the end of the pause. */
  readonly totalMs: number;
  readonly pauseMs: number | undefined;
  readonly passes: number;
  readonly sentBytes: number;
  readonly scenario: Scenario;
  /** What the guest was told to do; undefined where the simulator has no such workload. */
  readonly told: Workload | undefined;
}

/** A workload as the lab is asked for it. */
interface Told {
  name: string;
  bytesPerSecond?: number;
  setBytes: number;
  periodMs?: number;
  duty?: number;
}

const DIRECTORY = fileURLToPath(new URL('../../../test/fixtures/traces/', import.meta.url));

/** What a sync costs without KVM, as all of these were recorded, in milliseconds. */
const EMULATED_SYNC = { syncMs: 6, stallMs: 4 };

/** Workloads that a throttle slows down. */
const COMPUTING = ['compute', 'hot'];

/** The migrations that were recorded in the lab. */
export function recordedMigrations(): Recorded[] {
  const guests: Record<string, { guest: { workload: Told } }> = JSON.parse(
    readFileSync(`${DIRECTORY}recordings.json`, 'utf8'),
  );
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith('.ndjson'));
  return files.flatMap((file) => {
    const name = file.replace('.ndjson', '');
    const workload = guests[name]?.guest.workload;
    return workload === undefined ? [] : [readRecorded(name, workload, readFileSync(`${DIRECTORY}${file}`, 'utf8'))];
  });
}

function workloadAsTold({ name, bytesPerSecond = 0, setBytes, periodMs = 0, duty = 0 }: Told): Workload | undefined {
  switch (name) {
    case 'idle':
      return idle();
    case 'steady':
      return steady(bytesPerSecond, setBytes);
    case 'compute':
      return compute(bytesPerSecond, setBytes);
    case 'burst':
      return burst(bytesPerSecond, periodMs * duty, periodMs * (1 - duty), setBytes);
    default:
      return undefined;
  }
}

function readRecorded(name: string, workload: Told, text: string): Recorded {
  const lines: Line[] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const plan = lines.find(({ type }) => type === 'plan');
  const result = lines.find(({ type }) => type === 'end')?.result;
  if (plan?.situation === undefined || result === undefined) throw new Error(`${name} has no plan or no end`);
  const begin = lines.find(({ type, phase }) => type === 'phase' && phase === 'pre-copy')?.atMs ?? 0;
  const end = lines.find(({ type, phase }) => type === 'phase' && (phase === 'handover' || phase === 'settle'));
  const stop = lines.find(({ type, phase }) => type === 'phase' && phase === 'stop-and-copy')?.atMs ?? end?.atMs ?? 0;
  const samples = upToTheStop(
    lines.filter(({ type, memoryProcessedBytes = 0 }) => type === 'sample' && memoryProcessedBytes > 0),
    stop,
  );
  const { passes, link } = readPasses(samples, plan.can?.autoConverge ? 'from-start' : 'never');
  const { situation, policy = 'budget', fixedPauseMs = 30 } = plan;
  const { memoryTotalBytes: memoryBytes, budget = {}, escalate = [], ...known } = situation;
  const { job } = result;
  return {
    ...{
      name,
      workload: workload.name,
      told: workloadAsTold(workload),
      outcome: result.outcome,
      passes: passes.length,
      sentBytes: result.sentBytes,
    },
    totalMs: (end?.atMs ?? 0) - begin,
    pauseMs: result.pause.observedMs,
    scenario: {
      ...{ policy: policyByName(policy), budget, escalate, memoryBytes, fixedPauseMs, known, ...EMULATED_SYNC },
      link,
      workload: workloadOfPasses(passes, {
        memoryBytes,
        followsCpu: COMPUTING.includes(workload.name),
        standstillMs: EMULATED_SYNC.syncMs + EMULATED_SYNC.stallMs,
      }),
      // An aborted job says nothing of zero pages; what its first pass sent does.
      usedBytes: job
        ? job.memoryTotalBytes - job.memoryConstantPages * job.memoryPageBytes
        : (passes[0]?.sentBytes ?? 0),
      endMs: 120_000,
    },
  };
}

/** The sync that decides the stop is seen about when it is announced. */
const STOP_MS = 5;

/** The samples up to the first that shows the sync at the stop, which ends the last pass; QEMU syncs once more after that. */
function upToTheStop(samples: readonly Line[], stopAtMs: number): readonly Line[] {
  const last = samples.findIndex(
    ({ atMs, syncs = 0 }, index) => atMs >= stopAtMs - STOP_MS && syncs > (samples[index - 1]?.syncs ?? syncs),
  );
  return last === -1 ? samples : samples.slice(0, last + 1);
}

/** What is told of the link at once, in milliseconds: QEMU's counters are refreshed every 100 ms. */
const TELLING_MS = 300;

/** The true passes, and the speed of the link from pass to pass, as long as nothing slowed the stream on purpose. */
function readPasses(
  samples: readonly Line[],
  looks: Looks,
): { passes: readonly RecordedPass[]; link: Scenario['link'] } {
  const tracker = new PassTracker(looks);
  let rate: LinkRate | undefined;
  let seen = { fromMs: 0, passedMs: 0, sentBytes: 0 };
  const link: LinkSegment[] = [];
  samples.forEach((sample, index) => {
    const { atMs, syncs = 0, throttle = 0, downtimeLimitMs = 300 } = sample;
    const { memoryRemainingBytes: remainingBytes = 0, memoryProcessedBytes: processedBytes = 0 } = sample;
    rate = addLinkSample(rate, atMs, processedBytes);
    const { bytesPerSecond } = rate;
    tracker.add(
      { atMs, bytesPerSecond, syncs, remainingBytes, processedBytes, throttle },
      { downtimeLimitMs, postCopyActive: false },
    );
    const before = samples[index - 1] ?? sample;
    if (before.bandwidthBytesPerSecond === undefined) {
      const { fromMs, passedMs, sentBytes } = seen;
      const sinceBytes = processedBytes - (before.memoryProcessedBytes ?? 0);
      seen = { fromMs, passedMs: passedMs + atMs - before.atMs, sentBytes: sentBytes + sinceBytes };
    }
    const isLast = index === samples.length - 1;
    if ((tracker.isAtBoundary && seen.passedMs >= TELLING_MS) || (isLast && link.length === 0 && seen.passedMs > 0)) {
      link.push({ fromMs: seen.fromMs, bytesPerSecond: (seen.sentBytes / seen.passedMs) * 1000 });
      seen = { fromMs: atMs - (samples[0]?.atMs ?? 0), passedMs: 0, sentBytes: 0 };
    }
  });
  const [first, ...rest] = link;
  if (first === undefined) throw new Error('nothing went over');
  return { passes: tracker.finished, link: [first, ...rest] };
}
