import fc from 'fast-check';
import { test } from 'tap';
import { GuestMoments } from '../../lib/migration/guest-moments.js';
import { HostClock, MOST_LATE_MS, type StampedEvent } from '../../lib/migration/host-clock.js';

/** Seconds after the epoch are far away from milliseconds after a start. */
const EPOCH_MS = 1.7e12;

/** An event on a host whose clock shows so much at our start, and that was under way for so long. */
function event(trueMs: number, lateMs: number, shownAtStartMs = EPOCH_MS, rate = 0): StampedEvent {
  return { stampMs: shownAtStartMs + trueMs * (1 + rate), arrivedAtMs: trueMs + lateMs };
}

/** When the last of these happened, by all that was heard until then. */
function lastMoment(events: readonly StampedEvent[]): number {
  const clock = new HostClock();
  for (const heard of events) clock.note(heard);
  return clock.happenedAtMs(events.at(-1) ?? event(0, 0));
}

/** Stamps are that far from zero that their last digits are thousandths of a millisecond. */
const near = (a: number, b: number, withinMs = 0.01) => Math.abs(a - b) <= withinMs;

test('an event alone happened when it arrived, as far as anybody knows', (t) => {
  t.ok(near(lastMoment([event(1000, 80)]), 1080));
  t.equal(new HostClock().happenedAtMs(event(1000, 80)), 1080, 'whether it was noted or not');
  t.end();
});

test('the quickest event says how late the others were', (t) => {
  const moment = lastMoment([event(900, 30), event(950, 0.5), event(990, 40), event(1000, 80)]);
  t.ok(near(moment, 1000.5, 0.03), `${moment}: 1000, and what the quickest took`);
  t.end();
});

test('an event long ago is worth less: the clocks may have drifted', (t) => {
  t.ok(near(lastMoment([event(0, 0), event(20_000, 50)]), 20_002, 0.1));
  t.ok(near(lastMoment([event(0, 0), event(70_000, 50)]), 70_050), 'and after a minute nothing');
  t.end();
});

for (const [how, byMs] of [
  ['forwards', 5000],
  ['back', -5000],
] as const) {
  test(`a clock that was set ${how} meanwhile leads nobody astray`, (t) => {
    const before = [event(800, 1), event(900, 60)];
    const after = [event(1000, 50, EPOCH_MS + byMs), event(1100, 70, EPOCH_MS + byMs)];
    t.ok(near(lastMoment([...before, ...after]), 1150, 0.1), 'what came after is measured by what came after');
    const clock = new HostClock();
    for (const heard of [...before, ...after]) clock.note(heard);
    t.ok(near(clock.happenedAtMs(event(900, 60)), 901, 0.1), 'and what came before by what came before');
    t.end();
  });
}

test('never before it happened, never after it arrived, and as exact as the quickest', (t) => {
  const DRIFT = 1e-4;
  const sighting = fc.tuple(
    fc.double({ min: 0, max: 50_000, noNaN: true }),
    fc.double({ min: 0, max: 300, noNaN: true }),
  );
  const rates = fc.double({ min: -DRIFT, max: DRIFT, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(sighting, { minLength: 1 }),
      fc.double({ min: 0, max: 1e12, noNaN: true }),
      rates,
      (seen, shownMs, rate) => {
        const ordered = [...seen].sort(([a], [b]) => a - b);
        const [trueMs = 0, lateMs = 0] = ordered.at(-1) ?? [];
        const moment = lastMoment(ordered.map(([atMs, late]) => event(atMs, late, shownMs, rate)));
        const quickestMs = Math.min(...ordered.map(([atMs, late]) => late + 2 * DRIFT * (trueMs - atMs)));
        // Where two were late by different times, their arrivals lie closer together or further apart than they.
        const slackMs = 0.1;
        return (
          moment >= trueMs - slackMs && moment <= trueMs + lateMs + slackMs && moment <= trueMs + quickestMs + slackMs
        );
      },
    ),
  );
  t.pass('held for all clocks');
  t.end();
});

test('however the clock was set, no event is put further back than it can have been late', (t) => {
  const anything = fc.record({
    stampMs: fc.double({ min: 0, max: 1e13, noNaN: true }),
    arrivedAtMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(anything, { minLength: 1 }), (events) => {
      const { arrivedAtMs = 0 } = events.at(-1) ?? {};
      const moment = lastMoment(events);
      return moment <= arrivedAtMs && moment >= arrivedAtMs - MOST_LATE_MS - 0.01;
    }),
  );
  t.pass('held for all clocks');
  t.end();
});

test("libvirt's event happened when QEMU says it did", (t) => {
  const moments = new GuestMoments();
  moments.note('MIGRATION', event(900, 0), true);
  moments.note('STOP', event(1000, 20), true);
  t.ok(near(moments.atMs('suspended', 1030), 1000, 0.03));
  t.equal(moments.atMs('suspended', 1500), 1500, 'one that QEMU says nothing of, when it arrived');
  t.equal(moments.atMs('shutdown', 1600), 1600, 'and so what has no name with QEMU');
  t.end();
});

test('another guest of the host shows its clock, and no more', (t) => {
  const moments = new GuestMoments();
  moments.note('STOP', event(980, 0), false);
  t.equal(moments.atMs('suspended', 1030), 1030);
  moments.note('RESUME', event(1000, 20), true);
  t.ok(near(moments.atMs('resumed', 1030), 1000, 0.03));
  t.end();
});
