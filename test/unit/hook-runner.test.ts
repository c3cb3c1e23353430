import { getEventListeners } from 'node:events';
import { test } from 'tap';
import { type HookFailure, HookRunner } from '../../lib/migration/hook-runner.js';
import type { Hooks } from '../../lib/migration/hooks.js';

function runnerOf(hooks: Hooks) {
  const failures: HookFailure[] = [];
  const runner = new HookRunner(hooks, {
    context: (signal) => ({
      ...{ guest: { name: 'db1', uuid: undefined }, source: undefined, destination: undefined, atMs: 0 },
      ...{ forecast: undefined, signal },
    }),
    onFailure: (failure) => failures.push(failure),
  });
  return { runner, failures };
}

test('hooks are called one at a time, in the order in which their moments came', async (t) => {
  const called: string[] = [];
  let finish = () => {};
  const { runner } = runnerOf({
    prepared: () =>
      new Promise<void>((resolve) => {
        called.push('prepared begins');
        finish = () => {
          called.push('prepared ends');
          resolve();
        };
      }),
    beforeSwitchover: () => called.push('beforeSwitchover'),
  });
  const both = [runner.run('prepared', {}), runner.run('beforeSwitchover', {})];
  await Promise.resolve();
  finish();
  await Promise.all(both);
  t.same(called, ['prepared begins', 'prepared ends', 'beforeSwitchover']);
});

test('nothing waits for a hook whose moment is over, even where it never got its turn', async (t) => {
  const over = new AbortController();
  const called: string[] = [];
  const { runner } = runnerOf({
    prepared: { run: () => new Promise(() => {}), deadlineMs: 100, onFailure: 'continue' },
    beforeSwitchover: () => called.push('beforeSwitchover'),
  });
  void runner.run('prepared', {});
  const waiting = runner.run('beforeSwitchover', {}, over.signal);
  over.abort();
  t.same(await waiting, []);
  t.same(called, [], 'and it is not called');
});

test('a hook whose moment is over keeps nothing waiting, the process included', async (t) => {
  const over = new AbortController();
  let signal: AbortSignal | undefined;
  const { runner, failures } = runnerOf({
    prepared: {
      run: (context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
      // This process would not end before.
      deadlineMs: 24 * 3600 * 1000,
    },
    rolledBack: () => 'done',
  });
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const waiting = runner.run('prepared', {}, over.signal);
  await Promise.resolve();
  over.abort();
  t.same(await waiting, []);
  // The next moment's turn comes once the hook before it is not waited for any more.
  await runner.run('prepared', {}, AbortSignal.abort());
  t.equal(signal?.aborted, true, 'it is told');
  t.equal(timers(), before, 'its deadline is given up');
  t.same(failures, []);
});

test('a moment that comes again and again leaves nothing behind on the signal', async (t) => {
  const over = new AbortController();
  const { runner, failures } = runnerOf({ beforeSwitchover: () => 'done' });
  for (let count = 0; count < 50; count += 1) t.same(await runner.run('beforeSwitchover', {}, over.signal), ['done']);
  t.equal(getEventListeners(over.signal, 'abort').length, 0);
  t.same(failures, []);
});
