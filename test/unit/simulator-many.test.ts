import { test } from 'tap';
import { burst, compute, hot, idle, simulate, steady, type Workload } from '../../lib/forecast/index.js';
import { policies } from '../../lib/policy/index.js';

const MIGRATIONS = 10_000;
const MIB = 2 ** 20;

/** Guests as they come: most converge, some need an escalation. */
const WORKLOADS: Workload[] = [
  idle(),
  steady(20e6),
  steady(50e6),
  steady(90e6),
  hot(),
  compute(317e6, 256 * MIB),
  burst(200e6, 2000, 4000),
];
const LINKS = [117e6, 300e6, 1.1e9];

test('10 000 migrations of all kinds end, and the time they take is told', (t) => {
  const started = process.cpuUsage();
  let decided = 0;
  for (let index = 0; index < MIGRATIONS; index += 1) {
    const { decisions } = simulate({
      policy: policies.byName.budget,
      workload: WORKLOADS[index % WORKLOADS.length] ?? idle(),
      link: LINKS[index % LINKS.length] ?? 117e6,
      memoryBytes: 1024 * MIB * (1 + (index % 4)),
      budget: { pauseMs: 50 + (index % 400), totalMs: 60_000 },
      escalate: index % 2 === 0 ? ['throttle', 'post-copy', 'abort'] : ['pause', 'abort'],
      monitor: index % 3 === 0,
    });
    decided += decisions.length;
  }
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  t.comment(`${MIGRATIONS} migrations in ${seconds.toFixed(2)} s of CPU time`);
  t.ok(decided > 0);
  t.end();
});
