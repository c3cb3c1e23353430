// Does the observer read the truth? Stops of known length are injected into a running guest by QEMU, and what the
// heartbeats say about them is compared with QEMU's own events.
//
//   node dist/bench/observer.js [--json] [--repeats 15]
import { parseArgs } from 'node:util';
import { ensureGuestFiles, probeAccelerator } from '../lib/lab/guest/index.js';
import { type Machine, PlainLab } from '../test/support/plain-lab.js';
import { type InjectedStop, injectStops, stopOf, toleranceMs } from './injected-stops.js';
import { median } from './statistics.js';

const STOPS_MS = [5, 50, 500];

/** The readings of one guest and one length of stop. */
interface Row {
  guest: string;
  stopMs: number;
  repeats: number;
  truthMs: number;
  readMs: number;
  /** Reading less truth. */
  errorMs: { median: number; least: number; most: number };
  /** The part of the readings, 0..1, that are within 2 ms or 5 %. */
  withinTolerance: number;
  /** Of the gaps before each stop. */
  noiseMs: { p99: number; max: number };
}

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean', default: false }, repeats: { type: 'string', default: '15' } },
});

const rows: Row[] = [];
for (const machine of await benchMachines()) {
  await using lab = await PlainLab.start();
  const memoryBytes = 512 * 1024 ** 2;
  const { guest, heartbeats } = await lab.startGuest({ ...machine, workload: { name: 'steady' }, memoryBytes });
  for (const stopMs of STOPS_MS) {
    const stops = await injectStops(stopOf(guest), heartbeats, { stopMs, repeats: Number(flags.repeats) });
    rows.push(summarise(`${machine.kind}/${machine.accelerator}`, stopMs, stops));
  }
}
if (flags.json) console.log(JSON.stringify({ rows }));
else console.table(rows.map(flatten));

async function benchMachines(): Promise<Machine[]> {
  const { accelerator, reason } = await probeAccelerator(await ensureGuestFiles());
  if (!flags.json) console.log(reason);
  return [
    { kind: 'linux', accelerator: 'tcg' },
    { kind: 'bare', accelerator },
  ];
}

function summarise(guest: string, stopMs: number, stops: readonly InjectedStop[]): Row {
  const errors = stops.map(({ truthMs, readMs }) => readMs - truthMs);
  const within = stops.filter(({ truthMs, readMs }) => Math.abs(readMs - truthMs) <= toleranceMs(truthMs));
  return {
    ...{ guest, stopMs, repeats: stops.length },
    truthMs: median(stops.map(({ truthMs }) => truthMs)),
    readMs: median(stops.map(({ readMs }) => readMs)),
    errorMs: { median: median(errors), least: Math.min(...errors), most: Math.max(...errors) },
    withinTolerance: within.length / stops.length,
    noiseMs: {
      p99: median(stops.map(({ noise }) => noise.p99Ms)),
      max: Math.max(...stops.map(({ noise }) => noise.maxMs)),
    },
  };
}

function flatten({ errorMs, noiseMs, ...row }: Row): Record<string, string | number> {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    ...row,
    truthMs: round(row.truthMs),
    readMs: round(row.readMs),
    error: round(errorMs.median),
    'least error': round(errorMs.least),
    'most error': round(errorMs.most),
    'p99 gap before': round(noiseMs.p99),
    'longest gap before': round(noiseMs.max),
  };
}
