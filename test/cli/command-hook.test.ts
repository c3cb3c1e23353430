import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { commandHook } from '../../lib/cli/command-hook.js';
import { HOOK_FLAGS } from '../../lib/cli/hook-flags.js';
import { HOOK_NAMES, type HookContext, Veto } from '../../lib/migration/index.js';

const [connected] = HOOK_FLAGS;
const host = (hostname: string) => ({
  hostname,
  hostUuid: hostname,
  libvirtVersion: '11.3.0',
  hypervisorVersion: '10.0.2',
});

function context(signal = new AbortController().signal): HookContext {
  return {
    guest: { name: 'db1', uuid: 'u' },
    source: host('a'),
    destination: host('b'),
    forecast: undefined,
    atMs: 12,
    signal,
  };
}

/** Runs a command as a hook; what it said, and with what it failed. */
async function run(command: string, signal?: AbortSignal): Promise<{ said: string[]; error: unknown }> {
  if (connected === undefined) throw new Error('there are hooks');
  const said: string[] = [];
  const hook = commandHook(connected, command, (line) => said.push(line));
  const error = await hook(context(signal)).catch((thrown: unknown) => thrown);
  return { said, error };
}

function directoryFor(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'precopy-hook-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('every hook of the API has a flag', (t) => {
  t.same(
    HOOK_FLAGS.map(({ name }) => name),
    HOOK_NAMES,
  );
  t.match(
    HOOK_FLAGS.find(({ name }) => name === 'beforeSwitchover'),
    {
      ...{ flag: '--hook-before-switchover', key: 'hookBeforeSwitchover' },
    },
  );
  t.end();
});

test('a command is told in its environment and on its standard input', async (t) => {
  const path = join(directoryFor(t), 'told');
  const { said, error } = await run(
    `cat > ${path}; echo $PRECOPY_HOOK $PRECOPY_DOMAIN $PRECOPY_UUID $PRECOPY_SOURCE $PRECOPY_DESTINATION`,
  );
  t.equal(error, undefined);
  t.same(said, ['hook-connected: connected db1 u a b']);
  t.same(JSON.parse(readFileSync(path, 'utf8')), {
    ...{ hook: 'connected', guest: { name: 'db1', uuid: 'u' }, source: host('a'), destination: host('b'), atMs: 12 },
  });
});

test('an exit code other than 0 is a veto, and the last line of standard error the reason', async (t) => {
  const { said, error } = await run('echo first >&2; echo the rack is full >&2; exit 3');
  t.type(error, Veto);
  t.match(error, { message: 'the rack is full' });
  t.same(said, ['hook-connected: first', 'hook-connected: the rack is full']);
  t.match((await run('exit 3')).error, { message: 'the command ended with exit code 3' });
  t.match((await run('kill -9 $$')).error, { message: 'the command ended with SIGKILL' });
  t.match((await run('/no/such/program')).error, { message: /not found/ });
});

test('a command that is not waited for any more is ended, with all that it has started', async (t) => {
  const path = join(directoryFor(t), 'alive');
  const over = new AbortController();
  const running = run(`sh -c 'trap "rm ${path}; exit 1" TERM; touch ${path}; sleep 60 & wait'`, over.signal);
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
  over.abort();
  t.type((await running).error, Veto);
  t.notOk(existsSync(path), 'it could tidy up');
});
