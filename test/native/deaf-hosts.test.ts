import { test } from 'tap';
import { forecast, migrate, preflight, resolve, watch } from '../../lib/migration/index.js';
import { silentServer } from './support/silent-server.js';

// A host that takes connections and never answers. Who wants no more is not kept waiting for it: every deadline here is far beyond the test's own.

const deadlines = { connectMs: 3_600_000, callMs: 3_600_000 };

test('nobody who wants no more waits for a host that does not answer', async (t) => {
  await using server = await silentServer();
  const host = { uri: 'test+unix:///default', socketPath: server.socketPath };
  const target = { source: host, destination: host, domain: 'db1', deadlines };
  /** A signal that aborts once somebody tries to connect. */
  const onceConnecting = () => {
    const controller = new AbortController();
    const before = server.count;
    const timer = setInterval(() => {
      if (server.count === before) return;
      clearInterval(timer);
      controller.abort(new Error('never mind'));
    }, 5);
    return controller.signal;
  };

  await t.test('migrate() is cancelled, with nothing touched', async (t) => {
    const result = await migrate({ ...target, signal: onceConnecting() }).outcome;
    t.match(result, {
      ...{ outcome: 'cancelled', abort: { outcome: 'cancelled', reason: 'never mind' } },
      error: { code: 'ERR_PRECOPY_ABORTED', remedy: /Nothing was touched/ },
    });
    t.same(
      result.phases.map(({ phase }) => phase),
      ['connect', 'settle'],
    );
  });

  await t.test('watch() ends', async (t) => {
    for await (const event of watch({ ...target, signal: onceConnecting() })) t.fail(event.type);
  });

  await t.test('resolve() does nothing, and says so', async (t) => {
    const aborted = { code: 'ERR_PRECOPY_ABORTED', message: /never mind/ };
    await t.rejects(resolve({ ...target, signal: onceConnecting() }), aborted);
  });

  await t.test('forecast() says nothing of it', async (t) => {
    const aborted = { code: 'ERR_PRECOPY_ABORTED', message: /never mind/ };
    await t.rejects(forecast({ ...target, signal: onceConnecting() }), aborted);
  });

  await t.test('nor does anybody whose other host is not there', async (t) => {
    const missing = { uri: 'test+unix:///default', socketPath: '/nonexistent/socket' };
    for (const [side, hosts] of [
      ['source', { source: missing }],
      ['destination', { destination: missing }],
    ] as const) {
      const unreachable = { code: 'ERR_PRECOPY_UNREACHABLE', message: new RegExp(`^The ${side} cannot be reached`) };
      await t.rejects(preflight({ ...target, ...hosts }), unreachable);
    }
  });

  await t.test('where nobody aborts, the deadline counts', async (t) => {
    const late = { code: 'ERR_PRECOPY_DEADLINE', message: /the source.*100 ms/ };
    await t.rejects(preflight({ ...target, deadlines: { connectMs: 100 } }), late);
  });
});

test('a reason that is no text does not come in the way of the abort', async (t) => {
  const target = { source: 'test:///default', destination: 'test:///default', domain: 'test' };
  const signal = AbortSignal.abort(Object.create(null));
  t.match(await migrate({ ...target, signal }).outcome, { outcome: 'cancelled', abort: { reason: /no reason/ } });
});
