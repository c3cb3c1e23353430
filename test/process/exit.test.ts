import t from 'tap';
import { ROUNDS, runFixture } from './run-fixture.js';

for (const kind of ['calls', 'events', 'blocked', 'opens', 'refusals', 'handler']) {
  t.test(`process.exit() amid ${kind} ends the process with its code, and nothing else`, async (t) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { code, signal, stderr } = await runFixture('exit', [kind]);
      t.same({ code, signal, stderr }, { code: 7, signal: null, stderr: '' });
    }
  });
}

t.test('an open connection with listeners does not keep the process alive', async (t) => {
  t.match(await runFixture('alive'), { code: 0, signal: null, stdout: 'end\n', stderr: '' });
});

t.test('somebody who waits for the next event does', async (t) => {
  t.match(await runFixture('alive', ['waiting']), { code: 0, signal: null, stdout: 'suspended\nend\n', stderr: '' });
});

t.test('so does ref(), until unref()', async (t) => {
  t.match(await runFixture('alive', ['referenced']), { code: 0, signal: null, stdout: 'unref\nend\n', stderr: '' });
});
