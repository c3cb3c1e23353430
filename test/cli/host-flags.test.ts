import { test } from 'tap';
import { targetArguments } from '../../lib/cli/host-flags.js';

const flags = { source: 'qemu+ssh://a/system', destination: 'qemu+ssh://b/system' };
const HOSTS = '--source qemu+ssh://a/system --destination qemu+ssh://b/system';

test('hosts and guest are named so that a shell and the command read them back', (t) => {
  t.equal(targetArguments('db1', flags), `db1 ${HOSTS}`);
  t.equal(targetArguments("the db's", flags), `'the db'\\''s' ${HOSTS}`);
  t.equal(
    targetArguments('-db', flags),
    `${HOSTS} -- -db`,
    'a name that looks like a flag comes after the last of them',
  );
  t.equal(targetArguments(undefined, flags), HOSTS);
  t.equal(targetArguments('db1', { ...flags, journal: '/a/b c' }), "--journal '/a/b c'", 'a journal names them all');
  t.end();
});
