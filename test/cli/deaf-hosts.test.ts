import { test } from 'tap';
import { silentServer } from '../native/support/silent-server.js';
import { end, start } from '../support/command-line.js';

// A host that takes connections and never answers, as one behind a firewall or with a daemon that hangs: no command hangs with it: libvirt's
// call never comes back, and the process ends all the same.

test('a host that does not answer', async (t) => {
  await using server = await silentServer();
  const deaf = ['--source', 'test+unix:///default', '--source-socket', server.socketPath];
  const target = ['db1', ...deaf, '--destination', 'test+unix:///default', '--destination-socket', server.socketPath];

  const expected: [string, number, RegExp][] = [
    ['migrate', 3, /cancelled: interrupted with Ctrl-C[\s\S]*Nothing was touched/],
    ['forecast', 130, /Aborted: interrupted with Ctrl-C/],
    ['watch', 130, /^$/],
    ['resolve', 130, /Aborted: interrupted with Ctrl-C/],
  ];
  for (const [command, code, said] of expected) {
    await t.test(`${command}: one Ctrl-C is enough`, async (t) => {
      const before = server.count;
      const child = start([command, ...target]);
      const timer = setInterval(() => {
        if (server.count === before) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 5);
      const ended = await end(child);
      t.match(ended, { code, stderr: said });
      t.notMatch(ended.stderr, /did not finish/, 'nobody waited for it');
    });
  }
});
