import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { NOTHING, takeInventory } from './lab-inventory.js';
import { useOwnState } from './lab-state.js';
import { running, startEmptyGuest, virsh } from './lab-virsh.js';

test('two labs are up side by side, each with hosts of its own', async (t) => {
  const state = useOwnState(t);
  const [one, two] = await Promise.all([Lab.start({ name: 'one' }), Lab.start({ name: 'two', hosts: 3 })]);
  t.same(
    one.hosts.map((host) => host.name),
    ['a', 'b'],
  );
  t.same(
    two.hosts.map((host) => host.name),
    ['a', 'b', 'c'],
  );
  t.same(
    (await Lab.list()).map((lab) => [lab.name, lab.state, lab.hosts.length]),
    [
      ['one', 'up', 2],
      ['two', 'up', 3],
    ],
  );

  await startEmptyGuest(one.host('a'), 'twin');
  await startEmptyGuest(two.host('a'), 'twin');
  await startEmptyGuest(two.host('c'), 'single');
  t.same(await running(one.host('a')), ['twin']);
  t.same(await running(two.host('a')), ['twin']);
  t.same(await running(one.host('b')), []);

  const uuids = [...one.hosts, ...two.hosts].map((host) => virsh(host, 'capabilities'));
  const distinct = new Set((await Promise.all(uuids)).map((xml) => /<uuid>(.*?)<\/uuid>/.exec(xml)?.[1]));
  t.equal(distinct.size, 5, 'every host has an identity of its own');

  await one.stop();
  t.same(takeInventory('-one-', `${state}/one`), NOTHING, 'the end of one lab leaves nothing of it');
  t.same(await one.leftovers(), []);
  t.same(await running(two.host('a')), ['twin'], 'and takes nothing from the other');

  t.ok((await two.leftovers()).length > 0, 'what is up is seen');
  await two.stop();
  await two.stop();
  t.same(takeInventory(state, '-two-'), NOTHING, 'with the last lab goes everything');
});

test('a lab ends with its scope', async (t) => {
  const state = useOwnState(t);
  {
    await using lab = await Lab.start({ name: 'scoped', hosts: 1 });
    t.ok(await lab.host('a').isUp());
  }
  t.same(takeInventory(state, '-scoped-'), NOTHING);
});

test('an abort while it starts leaves nothing, at whatever step', async (t) => {
  const state = useOwnState(t);
  const steps: string[] = [];
  await (await Lab.start({ name: 'steps', onProgress: (step) => steps.push(step) })).stop();
  t.ok(steps.length > 2);
  for (const fatal of steps) {
    const controller = new AbortController();
    const onProgress = (step: string) => {
      if (step === fatal) setTimeout(() => controller.abort(new Error('enough')), 5);
    };
    await t.rejects(Lab.start({ name: 'aborted', signal: controller.signal, onProgress }), `at: ${fatal}`);
    t.same(takeInventory(state, '-aborted-'), NOTHING);
  }
});

test('what is there already is found before a start', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ name: 'taken', hosts: 1 });
  await t.rejects(Lab.start({ name: 'taken' }), { code: 'ERR_PRECOPY_LAB_EXISTS', remedy: /precopy lab down taken/ });
  t.ok(await lab.host('a').isUp(), 'and the lab that is there is not harmed');

  const attached = await Lab.attach('taken');
  t.equal(attached.host('a').uri, lab.host('a').uri);
  await t.rejects(Lab.attach('absent'), { code: 'ERR_PRECOPY_LAB_NOT_FOUND' });
});
