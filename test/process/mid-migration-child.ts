// Runs a migration in a process of its own and ends that process, or the worker, in the middle of it.
// argv: the way to end, and the options of the migration as JSON.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type MigrateOptions, type Migration, migrate } from '../../lib/index.js';
import type { WayToEnd } from './mid-migration.js';

/** How much garbage is made at a time while the collector is kept busy, in bytes. */
const GARBAGE_BYTES = 1_000_000;

const WAYS: Record<WayToEnd, (options: MigrateOptions) => Promise<void>> = {
  async exit(options) {
    inTheMiddle(migrate(options), () => process.exit(0));
  },
  async throw(options) {
    inTheMiddle(migrate(options), () => {
      throw new Error('thrown by a listener');
    });
  },
  async terminate(options) {
    const worker = new Worker(new URL(import.meta.url), { workerData: options });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
  },
  async collect(options) {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const busy = setInterval(() => {
      Buffer.alloc(GARBAGE_BYTES);
      collect();
    }, 1);
    try {
      await migrate(options);
    } finally {
      clearInterval(busy);
    }
  },
};

/** The first pass has begun: libvirt's call is out, both QEMUs are at it. */
function inTheMiddle(migration: Migration, act: () => void): void {
  migration.once('pass', act);
}

if (isMainThread) {
  const [way, options] = process.argv.slice(2);
  // Written by mid-migration.ts, which is typed.
  await WAYS[way as WayToEnd](JSON.parse(options ?? ''));
} else {
  inTheMiddle(migrate(workerData), () => parentPort?.postMessage('in the middle'));
}
