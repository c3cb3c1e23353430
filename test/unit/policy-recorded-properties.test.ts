import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { Action } from '../../lib/policy/index.js';
import { readTrace, replay } from '../../lib/trace/index.js';
import { POLICIES, type Seen, watched } from './policy-cases.js';

// What holds for every policy on generated curves (policy-properties.test.ts) holds on every run that was recorded in the lab as well.

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures', import.meta.url));

const traces = ['traces', 'peers'].flatMap((directory) =>
  readdirSync(`${FIXTURES}/${directory}`).flatMap((file) => (file.endsWith('.ndjson') ? [`${directory}/${file}`] : [])),
);

/** What ends a policy's say: the guest is stopped, is on the destination, or stays. */
const LAST: ReadonlySet<Action['kind']> = new Set<Action['kind']>(['pause', 'post-copy', 'abort']);

const isSound = (action: Action) =>
  action.kind !== 'downtime-limit' ||
  (Number.isInteger(action.limitMs) && action.limitMs >= 1 && action.limitMs <= 2_000_000);

function deedOf({ reason: _reason, ...deed }: Action): string {
  return JSON.stringify(deed);
}

for (const trace of traces) {
  test(`every policy on ${trace}`, async (t) => {
    for (const policy of POLICIES) {
      const seen: Seen[] = [];
      const { steps, end, views } = await replay(readTrace(`${FIXTURES}/${trace}`), watched(policy, seen));
      const wanted = seen.flatMap(({ actions }) => actions);
      const done = steps.flatMap(({ replayed }) => replayed);
      t.ok(views > 0 && end !== 'not begun', `${policy.name} was asked, and came to an end`);
      t.ok(wanted.every(isSound), 'no limit of 0, nor one that libvirt does not take');
      t.ok(
        done.every((action, index) => index === 0 || deedOf(action) !== deedOf(done[index - 1] ?? action)),
        'nothing twice in a row',
      );
      t.ok(
        done.every(({ kind }, index) => !LAST.has(kind) || index === done.length - 1),
        'nothing after the last word',
      );
      t.ok(
        seen.every(({ view, actions }) => !view.postCopyActive || actions.every(({ kind }) => !LAST.has(kind))),
        'no abort, and nothing else that would harm, during post-copy',
      );
    }
  });
}
