import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { runToEnd } from '../../lib/lab/run.js';
import { NOTHING, takeInventory } from './lab-inventory.js';
import { useOwnState } from './lab-state.js';

const POWERLESS = fileURLToPath(new URL('./lab-powerless.js', import.meta.url));

test('without root there is one clear sentence', async (t) => {
  useOwnState(t);
  const { stdout } = await runToEnd([process.execPath, POWERLESS, 'nobody']);
  for (const said of JSON.parse(stdout)) {
    t.match(said, { code: 'ERR_PRECOPY_LAB_NOT_ROOT', message: /^A lab needs root: [^.]*\.$/, remedy: /sudo/ });
  }
});

test('without libvirt and QEMU there is one sentence that names both, and how to get them', async (t) => {
  const state = useOwnState(t);
  const { stdout } = await runToEnd([
    'unshare',
    '--mount',
    process.execPath,
    POWERLESS,
    'root',
    'libvirtd',
    'qemu-system-x86_64',
  ]);
  t.match(JSON.parse(stdout)[0], {
    code: 'ERR_PRECOPY_LAB_MISSING_TOOL',
    message: /libvirtd .*qemu-system-x86_64/,
    remedy: /apt-get install .*libvirt-daemon.*qemu-system-x86/,
  });
  t.same(takeInventory(state), NOTHING, 'and nothing was touched');
});

test('options that cannot be are refused by name before anything is touched', async (t) => {
  const state = useOwnState(t);
  const refused: [string, object][] = [
    ['hosts', { hosts: 0 }],
    ['hosts', { hosts: 1.5 }],
    ['hosts', { hosts: 17 }],
    ['name', { name: 'Upper' }],
    ['name', { name: 'with-dash' }],
    ['name', { name: '../escape' }],
    ['link.bitsPerSecond', { link: { bitsPerSecond: -1 } }],
    ['link.bitsPerSecond', { link: {} }],
    ['link.latencyMs', { link: { bitsPerSecond: 1e9, latencyMs: -1 } }],
    ['bandwidth', { bandwidth: 1e9 }],
  ];
  for (const [option, options] of refused) {
    await t.rejects(Lab.start(options), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option }, JSON.stringify(options));
  }
  for (const directory of [`/run/${'long'.repeat(20)}`, '/run/with space']) {
    process.env.PRECOPY_STATE_DIR = directory;
    await t.rejects(Lab.start(), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option: 'PRECOPY_STATE_DIR' });
  }
  process.env.PRECOPY_STATE_DIR = state;
  t.same(takeInventory(state), NOTHING);
});
