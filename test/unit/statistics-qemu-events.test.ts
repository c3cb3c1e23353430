import { test } from 'tap';
import { parseVirshEvent, qemuPause } from '../../bench/engine/qemu-events.js';

const SOURCE = [
  `event MIGRATION_PASS at 1795453255.084306 for domain 'linux1': {"pass":3}`,
  `event STOP at 1795453255.085152 for domain 'linux1': <null>`,
  `event MIGRATION at 1795453255.093552 for domain 'linux1': {"status":"pre-switchover"}`,
  `event MIGRATION at 1795453255.094469 for domain 'linux1': {"status":"device"}`,
  `event MIGRATION at 1795453255.282559 for domain 'linux1': {"status":"completed"}`,
];
const DESTINATION = [
  `event MIGRATION at 1795453255.282184 for domain 'linux1': {"status":"completed"}`,
  `event RESUME at 1795453255.342238 for domain 'linux1': <null>`,
];

const parse = (host: string, lines: readonly string[]) => lines.flatMap((line) => parseVirshEvent(host, line) ?? []);

test("virsh's lines are read, and what is none is left out", (t) => {
  t.match(parseVirshEvent('a', SOURCE[2] ?? ''), {
    ...{ host: 'a', guest: 'linux1', name: 'MIGRATION pre-switchover' },
    atNs: 1_795_453_255_093_552_000n,
  });
  t.match(parseVirshEvent('a', SOURCE[1] ?? ''), { name: 'STOP' });
  t.equal(parseVirshEvent('a', 'events received: 3'), undefined);
  t.end();
});

test('the pause is taken apart, in whatever order the two hosts were heard', (t) => {
  const events = [...parse('b', DESTINATION), ...parse('a', SOURCE)];
  const { pauseMs, parts } = qemuPause(events, 'a', 'b');
  t.equal(pauseMs, 257.086);
  t.same(parts, { stopMs: 8.4, answerMs: 0.917, transferMs: 187.715, finishMs: 60.054 });
  t.end();
});

test('a guest that was resumed where it was has no pause, one that never stopped neither', (t) => {
  t.same(qemuPause(parse('a', SOURCE), 'a', 'b'), { pauseMs: undefined, parts: undefined });
  t.same(qemuPause([], 'a', 'b'), { pauseMs: undefined, parts: undefined });
  t.end();
});

test('after post-copy the rest comes when the guest runs already: a pause without parts', (t) => {
  const early = `event RESUME at 1795453255.100000 for domain 'linux1': <null>`;
  const events = [...parse('a', SOURCE), ...parse('b', [early, ...DESTINATION])];
  t.same(qemuPause(events, 'a', 'b'), { pauseMs: 14.848, parts: undefined });
  t.end();
});
