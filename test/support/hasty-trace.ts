// Adds a whole trace, of which some is written already, and ends at once. argv: the trace's path, and how it ends.
import { setImmediate } from 'node:timers/promises';
import { TraceWriter } from '../../lib/trace/index.js';
import { readAll, recorded } from './traces.js';

const [path = '', end] = process.argv.slice(2);
const writer = await TraceWriter.create(path, () => {});
for (const [index, entry] of (await readAll(recorded('steady'))).entries()) {
  writer.write(entry);
  if (index % 10 === 0) await setImmediate();
}
if (end === 'process.exit()') process.exit();
throw new Error('that nobody catches');
