// Writes a trace until the disk is full; says how often that was told, and how much of it can be read. argv: the trace's path.
import { setImmediate } from 'node:timers/promises';
import { TraceWriter } from '../../lib/trace/index.js';
import { readAll, recorded } from './traces.js';

const [path = ''] = process.argv.slice(2);
const [header, ...entries] = await readAll(recorded('steady'));
const ends: string[] = [];
const writer = await TraceWriter.create(path, (why) => ends.push(why));
if (header !== undefined) writer.write(header);
for (let round = 0; round < 20; round += 1) {
  for (const entry of entries) {
    writer.write(entry);
    await setImmediate();
  }
}
await writer.close();
process.stdout.write(JSON.stringify({ ends, entries: (await readAll(path)).length }));
