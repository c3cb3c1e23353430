import { test } from 'tap';
import { Progress } from '../../lib/cli/progress.js';
import { plain } from '../../lib/cli/say.js';
import { render } from '../../lib/cli/screen/render.js';
import { initialState } from '../../lib/cli/screen/state.js';
import { styleOf } from '../../lib/cli/screen/style.js';

// Names and messages are chosen by others, a guest's owner and its hook among them: a terminal must not obey what stands in them.

const HOSTILE = 'db1\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u202e';

test('control characters are written out, and nothing else is changed', (t) => {
  t.equal(plain('\u001b[2J\u0007\r\t\u007f\u009b\u202e'), '\\x1b[2J\\x07\\x0d\\x09\\x7f\\x9b\\u202e');
  t.equal(plain('gäst 漢字 → „db1“\nsecond line'), 'gäst 漢字 → „db1“\nsecond line');
  t.end();
});

test('plain lines hold no control character of a name, a message or a hook', (t) => {
  let told = '';
  const progress = new Progress({
    write: (text) => {
      told += text;
    },
  });
  progress.say(HOSTILE);
  progress.show({ type: 'warning', atMs: 1, code: 'hook-failed', message: HOSTILE });
  progress.show({ type: 'abort', atMs: 1, reason: HOSTILE });
  t.equal(told.replaceAll('\n', ''), plain(told).replaceAll('\n', ''));
  t.equal(told.split('\n').length, 4, 'a line for each');
  t.end();
});

test('nor does the screen, which keeps its width', (t) => {
  const state = initialState({ domain: HOSTILE, source: HOSTILE, destination: 'b', budget: {} });
  const style = styleOf({ unicode: true, colours: false });
  const lines = render(state, 0, { columns: 60, style });
  t.same(lines.map(plain), lines);
  t.ok(lines.every((line) => line.length < 60));
  t.end();
});
