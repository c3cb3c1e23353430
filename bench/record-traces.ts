/**
 * Records traces of real migrations in the lab: the fixtures of `test/fixtures/traces/`, by which the simulator, the policies and the
 * report are checked. What was recorded, and of which guest, goes into `recordings.json` beside them; with names only those are recorded anew.
 *
 *   node dist/bench/record-traces.js DIRECTORY [NAME…]
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab, type StartGuestOptions } from '../lib/lab/index.js';
import { type MigrateOptions, migrate } from '../lib/migration/index.js';

const MEBIBYTE = 1024 ** 2;
const LINK_BITS_PER_SECOND = 1e9;
/** None of them takes so long, in milliseconds. */
const MOST_MS = 120_000;

/** A guest and how it is moved: data alone. */
interface Recording {
  readonly guest: Pick<StartGuestOptions, 'kind' | 'memoryBytes' | 'workload'>;
  readonly options: Pick<MigrateOptions, 'policy' | 'budget' | 'escalate' | 'expect' | 'forecast' | 'sampleIntervalMs'>;
  /** Its heartbeats are listened to from outside. */
  readonly isObserved?: boolean;
  /** After so long it is aborted, in milliseconds. */
  readonly endMs?: number;
}

const linux = (mebibytes: number, workload: Recording['guest']['workload']): Recording['guest'] => ({
  kind: 'linux',
  memoryBytes: mebibytes * MEBIBYTE,
  workload,
});

const SET = { setBytes: 256 * MEBIBYTE } as const;
const STEADY = linux(512, { name: 'steady', bytesPerSecond: 50e6, ...SET });
const COMPUTE = linux(512, { name: 'compute', bytesPerSecond: 177e6, ...SET });
const BURST = linux(512, { name: 'burst', bytesPerSecond: 150e6, periodMs: 4000, duty: 0.5, ...SET });
const HOT = linux(512, { name: 'hot', ...SET });

/** How such a guest fares hangs on where in its period the migration meets it. */
function sameAgain(name: string, times: number, recording: Recording): Record<string, Recording> {
  const names = Array.from({ length: times }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));
  return Object.fromEntries(names.map((one) => [one, recording]));
}

const RECORDINGS: Readonly<Record<string, Recording>> = {
  steady: { guest: STEADY, options: {} },
  'steady-fast': { guest: linux(1024, { name: 'steady', bytesPerSecond: 80e6, ...SET }), options: { policy: 'qemu' } },
  'steady-nova': { guest: STEADY, options: { policy: 'nova' } },
  compute: { guest: COMPUTE, options: { budget: { pauseMs: 300 }, escalate: ['throttle'] } },
  'compute-qemu': { guest: linux(512, { name: 'compute', bytesPerSecond: 60e6, ...SET }), options: { policy: 'qemu' } },
  ...sameAgain('burst', 5, { guest: BURST, options: { budget: { pauseMs: 100, totalMs: 60_000 } } }),
  'burst-qemu': { guest: BURST, options: { policy: 'qemu' } },
  idle: { guest: linux(256, { name: 'idle', setBytes: 128 * MEBIBYTE }), options: {} },
  hot: { guest: HOT, options: { budget: { pauseMs: 100, totalMs: 15_000 }, escalate: ['post-copy'] } },
  /** Long enough for what peers decide by a clock of minutes; seldom sampled, so that the file stays small. */
  'hot-long': { guest: HOT, options: { policy: 'qemu', sampleIntervalMs: 500 }, endMs: 100_000 },
  /** With a forecast and an observer: what the report has of both. */
  observed: {
    guest: linux(256, { name: 'steady', bytesPerSecond: 20e6, setBytes: 64 * MEBIBYTE }),
    options: { budget: { pauseMs: 100 }, expect: { linkBytesPerSecond: 118e6 }, forecast: true },
    isObserved: true,
  },
  'hot-aborted': { guest: HOT, options: { budget: { totalMs: 12_000 }, escalate: ['abort'] } },
};

async function record(
  lab: Lab,
  name: string,
  { guest, options, endMs, isObserved = false }: Recording,
  directory: string,
): Promise<object> {
  const [from, to] = [lab.host('a'), lab.host('b')];
  const moved = await lab.startGuest({ ...guest, name });
  try {
    await moved.heartbeats.waitForFirst();
    const trace = join(directory, `${name}.ndjson`);
    rmSync(trace, { force: true });
    const signal = AbortSignal.timeout(endMs ?? MOST_MS);
    const { outcome, totalMs, passes, pause } = await migrate({
      ...{ source: from.endpoint, destination: to.endpoint, domain: name, trace, signal, ...options },
      transport: { migrateUri: to.migrateUri, peerUri: to.peerUri },
      ...(isObserved ? { observer: moved.heartbeats } : {}),
    }).outcome;
    // Written for its owner alone, with all that is known of this machine; these are for everybody.
    writeFileSync(trace, readFileSync(trace, 'utf8').replace(/("kernel":"\w+ \d+\.\d+)[^"]*/, '$1'));
    chmodSync(trace, 0o644);
    process.stdout.write(
      `${name}: ${outcome}, ${totalMs.toFixed(0)} ms, ${passes} passes, pause ${pause.observedMs} ms\n`,
    );
    return { guest, options, linkBitsPerSecond: LINK_BITS_PER_SECOND, endMs };
  } finally {
    await moved.destroy();
  }
}

const [directory, ...names] = process.argv.slice(2);
if (directory === undefined) throw new Error('Name the directory for the traces.');
mkdirSync(directory, { recursive: true });
const wanted = Object.entries(RECORDINGS).filter(([name]) => names.length === 0 || names.includes(name));
const done: Record<string, object> = {};
await using lab = await Lab.start({ link: { bitsPerSecond: LINK_BITS_PER_SECOND } });
for (const [name, recording] of wanted) done[name] = await record(lab, name, recording, directory);
const index = join(directory, 'recordings.json');
const others = names.length > 0 && existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : {};
writeFileSync(index, `${JSON.stringify({ ...others, ...done }, undefined, 2)}\n`);
