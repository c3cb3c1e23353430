import t from 'tap';
import { ROUNDS, runFixture } from './run-fixture.js';

t.test('a listener that throws ends the process like any other', async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const { code, signal, stderr } = await runFixture('throw-in-handler');
    t.same({ code, signal }, { code: 1, signal: null });
    t.match(stderr, /thrown by a listener/);
  }
});

t.test('where the program catches it, other listeners lose nothing', async (t) => {
  const { code, stdout, stderr } = await runFixture('throw-in-handler', ['survive']);
  t.same({ code, stderr, ...JSON.parse(stdout) }, { code: 0, stderr: '', caught: 1000, other: 1000 });
});
