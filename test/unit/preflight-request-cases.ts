import { asked, type Case, fine, onDestination, withGuest } from './preflight-facts.js';

const MEBIBYTE = 1024 ** 2;

/** What is asked for: transport, post-copy, budget; and what was not answered. */
export const requestCases: Case[] = [
  [
    'peer-to-peer without a way',
    asked({ destinationUri: 'qemu:///system', transport: { control: 'peer-to-peer' } }),
    ['no-peer-uri'],
  ],
  ['direct control by necessity', asked({ destinationUri: 'qemu:///system' }), ['direct-control']],
  ['direct control by choice', asked({ destinationUri: 'qemu:///system', transport: { control: 'direct' } }), []],
  [
    'memory sent to oneself',
    asked({ transport: { migrateUri: 'tcp://127.0.0.1:49152' } }),
    ['migration-address-unusable'],
  ],
  [
    'memory sent to oneself by IPv6',
    asked({ transport: { migrateUri: 'tcp://[::1]' } }),
    ['migration-address-unusable'],
  ],
  ['no URI to send to', asked({ transport: { migrateUri: 'b.example' } }), ['migration-address-unusable']],
  [
    'a scheme that nobody has',
    asked({ transport: { migrateUri: 'udp://b' } }),
    ['migration-address-unusable', 'migration-address-unusable'],
  ],
  [
    'an address where nobody is heard',
    asked({ transport: { listenAddress: '127.0.0.1' } }),
    ['migration-address-unusable'],
  ],
  [
    'a destination that calls itself localhost',
    { ...fine, destination: { ...fine.destination, hostname: 'localhost.localdomain' } },
    ['migration-address-unusable'],
  ],
  ['zstd on one connection', asked({ transport: { compression: 'zstd' } }), ['transport-contradictory']],
  [
    'a limit that is not kept to',
    asked({ transport: { bandwidthBytesPerSecond: MEBIBYTE, parallel: 4 } }),
    ['bandwidth-ignored'],
  ],
  ['TLS that nobody looked for', asked({ transport: { tls: true } }), []],
  [
    'no certificates',
    {
      ...asked({ transport: { tls: true } }),
      paths: {
        source: {},
        destination: {
          ...fine.paths.destination,
          '/etc/pki/qemu/server-cert.pem': 'missing',
          '/etc/pki/libvirt-migrate/server-cert.pem': 'missing',
        },
      },
    },
    ['tls-not-set-up'],
  ],
  [
    'certificates in one of the places',
    {
      ...asked({ transport: { tls: true } }),
      ...onDestination({
        '/etc/pki/qemu/server-cert.pem': 'present',
        '/etc/pki/libvirt-migrate/server-cert.pem': 'missing',
      }),
    },
    [],
  ],

  ['post-copy that may work', asked({ escalate: ['post-copy'], budget: { totalMs: 9000 } }), ['post-copy-unproven']],
  [
    'no userfaultfd',
    {
      ...asked({ escalate: ['post-copy'], budget: { totalMs: 9000 } }),
      ...onDestination({ '/dev/userfaultfd': 'missing', '/proc/sys/vm/unprivileged_userfaultfd': 'missing' }),
    },
    ['post-copy-impossible'],
  ],
  [
    'post-copy on parallel connections',
    asked({ escalate: ['post-copy'], budget: { totalMs: 9000 }, transport: { parallel: 2 } }),
    ['post-copy-impossible'],
  ],
  [
    'post-copy under strict safety',
    asked({ escalate: ['post-copy'], budget: { totalMs: 9000 }, safety: 'strict' }),
    ['post-copy-impossible'],
  ],
  [
    'post-copy with huge pages',
    {
      ...withGuest({ hugePages: { pageBytes: 1024 ** 3 } }),
      request: { ...fine.request, escalate: ['post-copy'], budget: { totalMs: 9000 } },
    },
    ['post-copy-slow', 'post-copy-unproven'],
  ],
  [
    'post-copy with a device of the host',
    {
      ...withGuest({ hostDevices: ['hostdev pci'] }),
      request: { ...fine.request, escalate: ['post-copy'], budget: { totalMs: 9000 } },
    },
    ['host-device', 'post-copy-impossible'],
  ],

  ['a pause longer than the whole', asked({ budget: { pauseMs: 500, totalMs: 100 } }), ['budget-contradictory']],
  [
    'something after abort',
    asked({ escalate: ['abort', 'pause'], budget: { totalMs: 9000 } }),
    ['budget-contradictory'],
  ],
  [
    'a step twice',
    asked({ escalate: ['throttle', 'throttle', 'abort'], budget: { totalMs: 9000 } }),
    ['budget-contradictory'],
  ],
  [
    'throttle without slowdown',
    asked({ escalate: ['throttle', 'abort'], budget: { totalMs: 9000, slowdown: 0 } }),
    ['budget-contradictory'],
  ],
  [
    'slowdown without throttle',
    asked({ escalate: ['abort'], budget: { totalMs: 9000, slowdown: 0.3 } }),
    ['budget-ambiguous'],
  ],
  ['a budget and nothing allowed', asked({ escalate: [], budget: { pauseMs: 50 } }), ['budget-ambiguous']],
  ['no time at which to escalate', asked({ escalate: ['abort'], budget: { pauseMs: 50 } }), ['budget-ambiguous']],
  [
    'a pause beyond the pause',
    asked({ escalate: ['pause'], budget: { pauseMs: 50, totalMs: 9000 } }),
    ['budget-ambiguous'],
  ],
  ['throttle alone', asked({ escalate: ['throttle'], budget: { totalMs: 9000 } }), ['budget-ambiguous']],
  ['less than the handshakes take', asked({ budget: { pauseMs: 5 } }), ['budget-tight']],
  [
    'less than one pass takes',
    asked({ budget: { totalMs: 1000 }, transport: { bandwidthBytesPerSecond: 100 * MEBIBYTE } }),
    ['budget-tight'],
  ],
  [
    'the example of the manual',
    asked({ escalate: ['throttle', 'abort'], budget: { pauseMs: 50, totalMs: 120_000, slowdown: 0.3 } }),
    [],
  ],

  [
    'a question without an answer',
    { ...fine, gaps: [{ side: 'source', what: 'its capabilities', why: 'timeout', essential: false }] },
    ['not-checked'],
  ],
  [
    'a question without an answer that decides',
    { ...fine, gaps: [{ side: 'destination', what: 'its guests', why: 'timeout', essential: true }] },
    ['unanswered'],
  ],
];
