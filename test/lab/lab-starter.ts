// Starts a lab of this name with a guest that is watched, and says each step: lab-crash.test.ts kills it meanwhile.
import { Lab } from '../../lib/lab/index.js';

const lab = await Lab.start({ name: process.argv[2] ?? '', onProgress: (step) => process.stdout.write(`${step}\n`) });
const guest = await lab.startGuest({
  kind: 'bare',
  name: 'watched',
  memoryBytes: 128 * 1024 ** 2,
  workload: { name: 'idle' },
});
await guest.heartbeats.waitForFirst();
process.stdout.write('up\n');
