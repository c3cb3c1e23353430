import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import t from 'tap';
import { CALL_CHANNEL, type CallTrace } from '../../lib/libvirt/index.js';
import {
  eventChannel,
  MIGRATION_CHANNEL,
  type MigrationEvent,
  type MigrationMessage,
  type MigrationTrace,
  migrate,
} from '../../lib/migration/index.js';

/** One that preflight forbids: the destination has the guest already. All that leads there is real. */
const hosts = { source: 'test:///default', destination: 'test:///default', domain: 'test' };
const refused = { ...hosts, deadlines: { settleMs: 50 } };

t.test('every event is told on the channel of its type, with the migration that it is of', async (t) => {
  const told: MigrationMessage[] = [];
  // Documented to be one.
  const hear = (message: unknown) => void told.push(message as MigrationMessage);
  for (const type of ['phase', 'warning', 'end'] as const) {
    subscribe(eventChannel(type), hear);
    t.teardown(() => unsubscribe(eventChannel(type), hear));
  }
  const migration = migrate(refused);
  const events: MigrationEvent[] = [];
  for await (const event of migration) events.push(event);
  t.same(
    told.map(({ event }) => event),
    events,
  );
  t.equal(new Set(told.map(({ migration }) => migration)).size, 1);
  t.match(told[0]?.migration, { ...hosts, adopted: false });
});

t.test(
  'a whole migration is a trace: it ends with the result, and calls know by a store of which one they are',
  async (t) => {
    const store = new AsyncLocalStorage<MigrationTrace>();
    const migrations = tracingChannel<MigrationTrace, MigrationTrace>(MIGRATION_CHANNEL);
    const calls = tracingChannel<CallTrace, CallTrace>(CALL_CHANNEL);
    migrations.start.bindStore(store);
    t.teardown(() => migrations.start.unbindStore(store));
    const results: unknown[] = [];
    const ended = (message: unknown) => void results.push((message as MigrationTrace).result);
    migrations.asyncEnd.subscribe(ended);
    t.teardown(() => migrations.asyncEnd.unsubscribe(ended));
    const ids: (string | undefined)[] = [];
    const called = () => void ids.push(store.getStore()?.id);
    calls.start.subscribe(called);
    t.teardown(() => calls.start.unsubscribe(called));

    const [one, other] = await Promise.all([migrate(refused).outcome, migrate(refused).outcome]);
    t.same(new Set(results), new Set([one, other]));
    t.equal(new Set(ids).size, 2, 'each call belongs to one of the two');
    t.notOk(ids.includes(undefined));
  },
);

t.test('a listener that throws does not disturb the migration', async (t) => {
  const caught: unknown[] = [];
  const listeners = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => caught.push(error));
  t.teardown(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners)
      process.on('uncaughtException', (...args) => Reflect.apply(listener, process, args));
  });
  const throwing = () => {
    throw new Error('a listener');
  };
  subscribe('precopy:end', throwing);
  t.teardown(() => unsubscribe('precopy:end', throwing));
  t.match(await migrate(refused).outcome, { outcome: 'failed', error: { code: /^ERR_PRECOPY_/ } });
  await new Promise((resolve) => setImmediate(resolve));
  t.match(caught, [{ message: 'a listener' }]);
});
