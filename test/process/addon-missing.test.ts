import t from 'tap';
import { runFixture } from './run-fixture.js';

t.test('without the addon the error names the commands that build it', async (t) => {
  const { stdout } = await runFixture('no-addon');
  t.match(JSON.parse(stdout), {
    code: 'ERR_PRECOPY_ADDON_MISSING',
    message: /npx node-gyp rebuild/,
    remedy: /apt-get install -y libvirt-dev/,
  });
});
