/** The process whose cost is measured: nothing else goes on in it, no lab and no observer. */
import { type MigrateOptions, migrate } from '../../../lib/migration/index.js';
import type { Answer, Order } from './messages.js';
import { Meter } from './meter.js';

interface Measurement {
  meter: Meter;
  /** Why each migration did not complete; undefined for those that did. */
  moves: Promise<(string | undefined)[]>;
}

let measurement: Measurement | undefined;

// Ctrl-C reaches it as well; its parent ends it in good order.
process.on('SIGINT', () => undefined);
process.on('message', (order: Order) => {
  if (order.kind === 'begin') measurement = begin(order.moves);
  else if (measurement !== undefined) void report(measurement);
});

function begin(moves: readonly MigrateOptions[]): Measurement {
  const meter = new Meter();
  return { meter, moves: Promise.all(moves.map(async (move) => (await migrate(move).outcome).error?.message)) };
}

async function report({ meter, moves }: Measurement): Promise<void> {
  const failures = (await moves).filter((failure) => failure !== undefined);
  const answer: Answer = { reading: await meter.stop(), failures };
  process.send?.(answer);
}
