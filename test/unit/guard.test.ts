import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'tap';
import { Guard, type Watched } from '../../lib/migration/guard.js';
import type { SideView } from '../../lib/migration/ownership.js';

const RUNNING: SideView = { seen: 'present', state: 'running', reason: 'migrated' };
const STOPPED: SideView = { seen: 'present', state: 'paused', reason: 'migration' };
const SILENT: SideView = { seen: 'unreachable', why: 'no answer' };

/** A host on which the guest stands as given, and that notes when it is suspended there. */
class Host implements Watched {
  suspensions = 0;

  constructor(public view: SideView) {}

  observe(): Promise<SideView> {
    return Promise.resolve(this.view);
  }

  suspend(): Promise<void> {
    this.suspensions += 1;
    this.view = STOPPED;
    return Promise.resolve();
  }
}

function guarded(source: SideView, destination: SideView) {
  const hosts = { source: new Host(source), destination: new Host(destination) };
  const said: string[] = [];
  const guard = new Guard(hosts, 'the-uuid', () => said.push('split brain'));
  const suspensions = () => [hosts.source.suspensions, hosts.destination.suspensions];
  return { guard, hosts, said, suspensions };
}

test('a guest that runs on both hosts is suspended on both, once', async (t) => {
  const { guard, said, suspensions } = guarded(RUNNING, RUNNING);
  guard.note('source', 'suspended');
  guard.note('destination', 'resumed');
  guard.note('source', 'resumed');
  await guard.fenced;
  guard.note('destination', 'resumed');
  await guard.fenced;
  t.same(suspensions(), [1, 1]);
  t.same(said, ['split brain']);
});

test('events that come in the wrong order stop nothing: the hosts themselves are asked', async (t) => {
  const { guard, said, suspensions } = guarded(STOPPED, RUNNING);
  guard.note('destination', 'resumed');
  guard.note('source', 'suspended');
  await guard.fenced;
  t.same(suspensions(), [0, 0]);
  t.same(said, []);
});

test('one that adopts a migration has missed the stop on the source: nothing is stopped either', async (t) => {
  const { guard, suspensions } = guarded({ seen: 'absent' }, RUNNING);
  guard.note('destination', 'resumed');
  await guard.fenced;
  t.same(suspensions(), [0, 0]);
});

test('a false alarm does not blind it: a second one later counts', async (t) => {
  const { guard, hosts, suspensions } = guarded(STOPPED, RUNNING);
  guard.note('destination', 'resumed');
  await turn();
  hosts.source.view = RUNNING;
  guard.note('source', 'resumed');
  await guard.fenced;
  t.same(suspensions(), [1, 1]);
});

test('what cannot be proven is not acted upon', async (t) => {
  const { guard, said, suspensions } = guarded(SILENT, RUNNING);
  guard.note('destination', 'resumed');
  await guard.fenced;
  t.same(suspensions(), [0, 0]);
  t.same(said, []);
});
