import t from 'tap';
import { ROUNDS, runFixture } from './run-fixture.js';

for (const kind of ['calls', 'events', 'blocked', 'opens', 'refusals']) {
  t.test(`worker.terminate() amid ${kind} harms neither the process nor the main thread`, async (t) => {
    const { code, signal, stdout, stderr } = await runFixture('terminate', [kind, String(ROUNDS)]);
    t.same({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
    t.match(stdout, /./, 'the main thread has opened a connection afterwards');
  });
}

t.test('also when only workers have loaded the addon', async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const { code, signal, stderr } = await runFixture('terminate', ['events', '2', 'worker']);
    t.same({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
  }
});
