import fc from 'fast-check';
import { test } from 'tap';
import { actorsOf } from '../../bench/suite/page/actor.js';
import { frontier } from '../../bench/suite/page/charts.js';
import { page } from '../../bench/suite/page/page.js';
import { scaleOf } from '../../bench/suite/page/scale.js';
import { summarise } from '../../bench/suite/summary.js';
import { madeUpLog, madeUpRun } from '../support/suite-logs.js';

test('the page says first who pauses least, with its figure and its price', (t) => {
  const markup = page(summarise(madeUpLog()));
  const words = markup
    .slice(markup.indexOf('<main'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
  t.match(words.slice(0, 900), /pauses it least.*precopy .*\d+ ms .*\d+ ms \(virsh\).*total.*bytes.*work lost/);
  for (const title of [
    'Every pause',
    'Pause against bytes',
    'Pause against work lost',
    'Where the pause went',
    'What control costs',
    'Can it be believed?',
  ])
    t.match(words, title);
  t.end();
});

test('the page reaches for nothing outside itself, has no script, and is small', (t) => {
  const markup = page(summarise(madeUpLog()));
  t.notMatch(markup, /<script|https?:|url\(|@import| style="/);
  t.match(markup, /default-src &#39;none&#39;/, 'its own policy forbids it, too');
  t.ok(markup.length < 300_000, `${markup.length} characters`);
  t.end();
});

test('what came from outside stands in it as text', (t) => {
  const { runs, ...log } = madeUpLog();
  const evil = '<img src=x onerror=alert(1)>';
  const failed = madeUpRun(1, { outcome: 'failed', reason: evil });
  const own = { domain: evil, source: { uri: `a${evil}` }, destination: { uri: 'b' } };
  const plan = { ...log.plan, scenarios: [], own };
  const mine = runs.slice(0, 4).map((logged) => ({ ...logged, scenario: evil, run: failed }));
  const markup = page(summarise({ ...log, plan, runs: mine }));
  t.notMatch(markup, evil);
  t.match(markup, '&lt;img src=x');
  t.end();
});

test('an empty benchmark has a page, too', (t) => {
  t.match(page(summarise({ ...madeUpLog(), runs: [] })), /Nothing was measured yet/);
  t.end();
});

test('an axis holds all its values, in their order', (t) => {
  const values = fc.array(fc.double({ min: 0.01, max: 1e10, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, (all) => {
      const { at, ticks } = scaleOf(all);
      const places = [...all].sort((a, b) => a - b).map(at);
      const isInOrder = places.every((place, index) => place >= (places[index - 1] ?? 0) && place <= 1);
      return isInOrder && ticks.length >= 1 && ticks.every((tick) => at(tick) >= 0 && at(tick) <= 1);
    }),
  );
  t.ok(scaleOf([12, 480]).ticks.length <= 6, 'few enough to be read');
  t.equal(scaleOf([0, 0]).at(0), 0, 'also where there is nothing but nothing');
  t.end();
});

test('the frontier leaves out what another choice beats in both', (t) => {
  const [, hot] = summarise(madeUpLog()).scenarios;
  if (hot === undefined) throw new Error('no scenario');
  t.same(
    frontier(actorsOf(hot), 'sentBytes').map(({ strategy }) => strategy.side),
    ['precopy-post-copy'],
  );
  t.end();
});
