import fc from 'fast-check';
import { test } from 'tap';
import { PHASES, PhaseMachine } from '../../lib/migration/phases.js';

test('a later phase enters those between at the same moment', (t) => {
  const seen: string[] = [];
  const machine = new PhaseMachine((phase, atMs) => seen.push(`${phase}@${atMs}`));
  machine.advance('connect', 0);
  machine.advance('stop-and-copy', 7);
  t.same(seen, ['connect@0', 'prepare@7', 'pre-copy@7', 'stop-and-copy@7']);
  t.end();
});

test('a failure goes straight to settle and leaves out what never happened', (t) => {
  const machine = new PhaseMachine(() => {});
  machine.advance('connect', 0);
  machine.skipToSettle(5);
  t.same(machine.spans(9), [
    { phase: 'connect', atMs: 0, durationMs: 5 },
    { phase: 'settle', atMs: 5, durationMs: 4 },
  ]);
  t.end();
});

test('whatever is seen in whatever order, phases only go forward, once each, and never last less than nothing', (t) => {
  const step = fc.tuple(fc.constantFrom(...PHASES), fc.integer({ min: 0, max: 1000 }));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const machine = new PhaseMachine(() => {});
      for (const [phase, atMs] of steps) machine.advance(phase, atMs);
      const spans = machine.spans(1000);
      const indexes = spans.map(({ phase }) => PHASES.indexOf(phase));
      return indexes.every((index, place) => index === place) && spans.every(({ durationMs }) => durationMs >= 0);
    }),
  );
  t.pass('held for every generated order');
  t.end();
});
