/** The process whose cost is measured: nothing else goes on in it, no lab and no observer. */
import { migrate } from '../../../lib/migration/index.js';
import type { Answer, Order } from './messages.js';
import { Meter } from './meter.js';

let meter = new Meter();
let moves: Promise<(string | undefined)[]> = Promise.resolve([]);

process.on('message', (order: Order) => {
  if (order.kind === 'begin') {
    meter = new Meter();
    moves = Promise.all(order.moves.map(async (move) => (await migrate(move).outcome).error?.message));
  } else {
    void report();
  }
});

async function report(): Promise<void> {
  const failures = (await moves).filter((failure) => failure !== undefined);
  const answer: Answer = { reading: await meter.stop(), failures };
  process.send?.(answer);
}
