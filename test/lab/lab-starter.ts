// Starts a lab of this name and says each step: lab-crash.test.ts kills it meanwhile.
import { Lab } from '../../lib/lab/index.js';

await Lab.start({ name: process.argv[2] ?? '', onProgress: (step) => process.stdout.write(`${step}\n`) });
process.stdout.write('up\n');
setInterval(() => {}, 1000);
