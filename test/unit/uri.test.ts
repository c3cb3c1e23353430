import fc from 'fast-check';
import t from 'tap';
import { InvalidArgumentError } from '../../lib/errors.js';
import { buildUri, REFUSED_PARAMETERS, type UriOptions } from '../../lib/libvirt/uri.js';

const refused = (uri: unknown, options?: UriOptions) => {
  try {
    buildUri(uri, options);
    return false;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return true;
    throw error;
  }
};

/** Writes a name as an attacker might: any case, any part of it percent-encoded. */
const disguised = (name: string) =>
  fc.array(fc.constantFrom('plain', 'upper', 'hex'), { minLength: name.length, maxLength: name.length }).map((how) =>
    [...name]
      .map((letter, i) => {
        if (how[i] === 'hex') return `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
        return how[i] === 'upper' ? letter.toUpperCase() : letter;
      })
      .join(''),
  );

t.test('ordinary URIs pass unchanged', async (t) => {
  const uris = ['qemu:///system', 'qemu:///session', 'test:///default', 'qemu+tls://host.example/system'];
  for (const uri of [...uris, 'qemu+tcp://[::1]:16509/system', 'qemu+unix:///system?mode=direct']) {
    t.equal(buildUri(uri), uri);
  }
});

t.test('ssh is never allowed to ask on a terminal unless the program wants it', async (t) => {
  t.equal(buildUri('qemu+ssh://root@host/system'), 'qemu+ssh://root@host/system?no_tty=1');
  t.equal(buildUri('qemu+ssh://root@host/system', { allowPrompt: true }), 'qemu+ssh://root@host/system');
});

t.test('every dangerous parameter is refused, however it is written', async (t) => {
  for (const name of Object.keys(REFUSED_PARAMETERS)) {
    fc.assert(
      fc.property(disguised(name), fc.constantFrom('?', '?mode=auto&', '?mode=auto;', '?&&'), (text, before) =>
        refused(`qemu:///system${before}${text}=x`),
      ),
    );
  }
  t.same(
    [
      'command',
      'netcat',
      'proxy',
      'no_verify',
      'keyfile',
      'known_hosts',
      'known_hosts_verify',
      'socket',
      'authfile',
      'pkipath',
      'tls_priority',
      'name',
      'no_sanity',
      'no_tty',
      'auth',
      'sshauth',
    ].filter((name) => !(name in REFUSED_PARAMETERS)),
    [],
    'all that libvirt reads',
  );
});

t.test('so is every parameter that is not known to be harmless', async () => {
  const name = fc.string({ minLength: 1 }).filter((text) => text.toLowerCase() !== 'mode');
  fc.assert(fc.property(name, (text) => refused(`qemu:///system?${encodeURIComponent(text)}=1`)));
});

t.test('and the transport that runs a program', async (t) => {
  fc.assert(
    fc.property(
      disguised('ext').filter((text) => !text.includes('%')),
      (text) => refused(`qemu+${text}:///system`),
    ),
  );
  t.ok(refused('qemu+ext:///system', { command: '/bin/true' }));
  t.equal(
    buildUri('qemu+ext:///system', { command: '/opt/my tunnel', allowExternalTransport: true }),
    'qemu+ext:///system?command=%2Fopt%2Fmy%20tunnel',
  );
  t.ok(refused('qemu+rsh://host/system'), 'a transport that nobody knows');
});

t.test('ssh cannot be given options in the place of a host or user', async (t) => {
  for (const authority of ['-oProxyCommand=x', 'root@-oProxyCommand=x', '-lx@host', '%2doProxyCommand=x']) {
    t.ok(refused(`qemu+ssh://${authority}/system`), authority);
  }
});

t.test('what is no URI is refused', async (t) => {
  for (const uri of [
    '',
    'alias',
    '/var/run/libvirt-sock',
    'qemu:system',
    'qemu:///sys tem',
    'qemu:///system#x',
    'qemu:///system?%zz=1',
    'qemu:///system\n',
    3,
    null,
    undefined,
    {},
  ]) {
    t.ok(refused(uri), String(uri));
  }
});

t.test('whatever comes in: an error of ours, or a URI with no parameter but those of the options', async () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `qemu:///system?${text}`),
      ),
      (text) => {
        if (refused(text)) return true;
        const query = buildUri(text).split('?')[1];
        return query === undefined || /^(mode=(auto|legacy|direct)&?)*(no_tty=1)?$/.test(query);
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('options arrive at libvirt exactly as they were given', async () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !/\p{Cc}/u.test(value));
  fc.assert(
    fc.property(text, text, (socketPath, keyFile) => {
      const query = buildUri('qemu:///system', { socketPath, keyFile }).split('?')[1] ?? '';
      const values = query.split('&').map((part) => decodeURIComponent(part.slice(part.indexOf('=') + 1)));
      return values[0] === socketPath && values[1] === keyFile;
    }),
  );
});

t.test('options of the wrong kind are refused by name', async (t) => {
  const wrong: Array<[string, object]> = [
    ['socketPath', { socketPath: 3 }],
    ['socketPath', { socketPath: '' }],
    ['command', { command: 'a\0b' }],
    ['proxy', { proxy: 'other' }],
    ['verifyServer', { verifyServer: 'no' }],
    ['sshAuthMethods', { sshAuthMethods: [] }],
    ['sshAuthMethods', { sshAuthMethods: ['agent', 'none'] }],
    ['knownHostsVerify', { knownHostsVerify: 'never' }],
  ];
  for (const [option, options] of wrong) {
    t.throws(() => buildUri('qemu:///system', options), { code: 'ERR_PRECOPY_INVALID_ARGUMENT', option });
  }
  t.equal(buildUri('qemu:///system', { verifyServer: false }), 'qemu:///system?no_verify=1');
  t.equal(buildUri('qemu:///system', { verifyServer: true, checkCertificates: true }), 'qemu:///system');
});
