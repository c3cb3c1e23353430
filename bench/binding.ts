/** What the binding costs: `node dist/bench/binding.js [--json] [--rounds N]`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Connection } from '../lib/libvirt/index.js';
import { libvirtdObstacle, startLibvirtd } from '../test/native/support/libvirtd.js';

interface Latency {
  readonly medianMs: number;
  readonly maxMs: number;
  readonly samples: number;
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const quantile = (values: readonly number[], q: number): number =>
  sorted(values)[Math.round((values.length - 1) * q)] ?? Number.NaN;
const latency = (values: readonly number[]): Latency => ({
  medianMs: quantile(values, 0.5),
  maxMs: quantile(values, 1),
  samples: values.length,
});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** 64 calls that block for 2 s each: opens against sockets that say nothing. What do the others feel? */
async function blockedCalls(): Promise<Record<'readFile' | 'timer' | 'control', Latency> & { blocked: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'precopy-bench-'));
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    setTimeout(() => socket.destroy(), 2000);
  });
  const socketPath = join(folder, 'silent');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const control = await Connection.open('test:///default');
  const domain = await control.domainLookupByName('test');

  let done = 0;
  const blocked = Array.from({ length: 64 }, () =>
    Connection.open('test+unix:///default', { socketPath, keepAlive: false }).catch(() => {
      done += 1;
    }),
  );
  await sleep(200);
  const figures = { readFile: [] as number[], timer: [] as number[], control: [] as number[] };
  while (done === 0) {
    figures.readFile.push(await timed(() => readFile('/proc/self/stat')));
    figures.control.push(await timed(() => domain.getState()));
    figures.timer.push((await timed(() => sleep(5))) - 5);
  }
  await Promise.all(blocked);
  server.close();
  await control.close();
  rmSync(folder, { recursive: true });
  return {
    readFile: latency(figures.readFile),
    timer: latency(figures.timer),
    control: latency(figures.control),
    blocked: blocked.length,
  };
}

/** 10 000 events, two for each suspend and resume. How many arrive, and how long does it take? */
async function events(count: number): Promise<{ caused: number; delivered: number; ms: number }> {
  await using connection = await Connection.open('test:///default');
  const domain = await connection.domainLookupByName('test');
  let delivered = 0;
  await connection.subscribe('lifecycle', () => {
    delivered += 1;
  });
  const start = performance.now();
  for (let i = 0; i < count / 2; i++) {
    await domain.suspend();
    await domain.resume();
  }
  for (let tries = 0; delivered < count && tries < 1000; tries++) await sleep(5);
  return { caused: count, delivered, ms: performance.now() - start };
}

const PYTHON = `
import libvirt, sys, time
connection = libvirt.open(sys.argv[1])
domain = connection.lookupByName('test')
calls = {'getState': domain.state, 'getHostname': connection.getHostname, 'getXMLDesc': domain.XMLDesc}
for line in sys.stdin:
    name, count = line.split()
    call = calls[name]
    start = time.perf_counter()
    for _ in range(int(count)):
        call()
    print((time.perf_counter() - start) / int(count) * 1e6, flush=True)
`;

interface Comparison {
  readonly call: string;
  readonly nodeMicroseconds: number;
  readonly pythonMicroseconds: number;
  /** Median of the ratios of the pairs, and the middle half of them. */
  readonly ratio: number;
  readonly ratioQuartiles: readonly [number, number];
}

/** The same calls to the same daemon from here and from python3-libvirt, in turns: A B B A. */
async function besidePython(rounds: number): Promise<Comparison[]> {
  await using daemon = await startLibvirtd();
  const { socketPath } = daemon;
  await using connection = await Connection.open('test+unix:///default', { socketPath });
  const domain = await connection.domainLookupByName('test');
  // The distribution's own: that is where its libvirt module is.
  const python = spawn('/usr/bin/python3', ['-c', PYTHON, `test+unix:///default?socket=${socketPath}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const calls: Record<string, () => Promise<unknown>> = {
    getState: () => domain.getState(),
    getHostname: () => connection.getHostname(),
    getXMLDesc: () => domain.getXMLDesc(),
  };
  const count = 400;
  const byPython = async (name: string): Promise<number> => {
    python.stdin.write(`${name} ${count}\n`);
    return Number((await answers.next()).value);
  };
  const byNode = async (call: () => Promise<unknown>): Promise<number> => {
    const ms = await timed(async () => {
      for (let i = 0; i < count; i++) await call();
    });
    return (ms / count) * 1000;
  };
  const result: Comparison[] = [];
  for (const [name, call] of Object.entries(calls)) {
    await byNode(call);
    await byPython(name);
    const nodes: number[] = [];
    const pythons: number[] = [];
    for (let round = 0; round < rounds; round++) {
      nodes.push(await byNode(call));
      pythons.push(await byPython(name), await byPython(name));
      nodes.push(await byNode(call));
    }
    const ratios = nodes.map((node, i) => node / (pythons[i] ?? Number.NaN));
    result.push({
      call: name,
      nodeMicroseconds: quantile(nodes, 0.5),
      pythonMicroseconds: quantile(pythons, 0.5),
      ratio: quantile(ratios, 0.5),
      ratioQuartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    });
  }
  python.stdin.end();
  await answers.next();
  return result;
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '15' } },
});
const obstacle = libvirtdObstacle();
const report = {
  blockedCalls: await blockedCalls(),
  events: await events(10_000),
  besidePython: obstacle === undefined ? await besidePython(Number(values.rounds)) : obstacle,
};

if (values.json) {
  console.log(JSON.stringify(report));
} else {
  const { blocked, ...others } = report.blockedCalls;
  console.log(`while ${blocked} calls block for 2 s each:`);
  for (const [name, { medianMs, maxMs, samples }] of Object.entries(others)) {
    console.log(`  ${name.padEnd(9)} median ${medianMs.toFixed(2)} ms, longest ${maxMs.toFixed(2)} ms of ${samples}`);
  }
  const { caused, delivered, ms } = report.events;
  console.log(`events: ${delivered} of ${caused} delivered, in ${ms.toFixed(0)} ms with the calls that cause them`);
  if (typeof report.besidePython === 'string') {
    console.log(`beside python3-libvirt: not measured, ${report.besidePython}`);
  } else {
    console.log('a call beside python3-libvirt (median of A B B A rounds; ratio with its middle half):');
    for (const { call, nodeMicroseconds, pythonMicroseconds, ratio, ratioQuartiles } of report.besidePython) {
      const [low, high] = ratioQuartiles.map((value) => value.toFixed(2));
      const figures = `${nodeMicroseconds.toFixed(1)} µs, python ${pythonMicroseconds.toFixed(1)} µs`;
      console.log(`  ${call.padEnd(12)} ${figures}: ${ratio.toFixed(2)} (${low}..${high})`);
    }
  }
}
