import t from 'tap';
import { libvirtdObstacle, startLibvirtd } from '../native/support/libvirtd.js';
import { ROUNDS, runFixture } from './run-fixture.js';

t.test('garbage collection at any moment', async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const { code, signal, stderr } = await runFixture('gc', [], ['--expose-gc']);
    t.same({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
  }
});

t.test('connections that nobody holds any more are closed', { skip: libvirtdObstacle() ?? false }, async (t) => {
  await using daemon = await startLibvirtd();
  const { stdout } = await runFixture('gc', [daemon.socketPath], ['--expose-gc']);
  t.same(JSON.parse(stdout), { opened: 40, left: 0 });
});
