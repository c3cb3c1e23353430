/** Options of the API and the flags that set them: messages of the library are told in the words of the command line. */
const FLAG_OF_OPTION: Readonly<Record<string, string>> = {
  'budget.pauseMs': '--pause (in ms)',
  'budget.totalMs': '--within (in ms)',
  'budget.slowdown': '--slowdown (as a fraction)',
  'transport.control': '--control',
  'transport.peerUri': '--peer-uri',
  'transport.migrateUri': '--migrate-uri',
  'transport.listenAddress': '--listen-address',
  'transport.bandwidthBytesPerSecond': '--bandwidth (in bytes per second)',
  'transport.parallel': '--parallel',
  'transport.compression': '--compression',
  'transport.tls': '--tls',
  'expect.linkBytesPerSecond': '--expect-link (in bytes per second)',
  'expect.dirtiedBytesPerSecond': '--expect-dirty (in bytes per second)',
  'link.bitsPerSecond': '--bandwidth (in bits per second)',
  'link.latencyMs': '--latency (in ms)',
  'workload.setBytes': '--set (in bytes)',
  'workload.bytesPerSecond': '--rate (in bytes per second)',
  memoryBytes: '--memory (in bytes)',
  heartbeatHz: '--heartbeat',
  'source.uri': '--source',
  'destination.uri': '--destination',
  'source.socketPath': '--source-socket',
  'destination.socketPath': '--destination-socket',
};

/** The same for names that are words as well: they are replaced only where it is certain that the option is meant. */
const FLAG_OF_WORD: Readonly<Record<string, string>> = {
  ...{ source: '--source', destination: '--destination', domain: '<domain>', escalate: '--then', policy: '--policy' },
  ...{
    safety: '--safety',
    allow: '--allow',
    journal: '--journal',
    trace: '--trace',
    forecast: '--forecast',
    switchoverAt: '--switchover-at',
  },
  ...{ hosts: '--hosts', name: '--name' },
  ...{ destinationName: '--destination-name', copyDisks: '--copy-disk', socketPath: '--source-socket' },
};

const CALLS: readonly [RegExp, string][] = [
  [/\bCall resolve\(\) without dryRun to have this done\./, 'Say --yes to have this done.'],
  [/\bcall adopt\(\) with release: true/g, 'run `precopy adopt --release`'],
  [/\bCall (resolve|adopt)\(\)/g, 'Run `precopy $1`'],
  [/\bcall (resolve|adopt)\(\)/g, 'run `precopy $1`'],
  [/\b(resolve|adopt)\(\)/g, '`precopy $1`'],
  [/\b(to|of|out of) escalate\b/g, '$1 --then'],
  [/\bescalate (allows|is|has|\()/g, '--then $1'],
];

/** A message of the library in the words of the command line. */
export function inFlags(message: string, option?: string): string {
  let told = message;
  const word = option === undefined ? undefined : FLAG_OF_WORD[option];
  if (option !== undefined && word !== undefined && told.startsWith(option)) told = word + told.slice(option.length);
  for (const [name, flag] of Object.entries(FLAG_OF_OPTION)) {
    // The unit only where the value follows that the library has seen.
    told = told.replaceAll(name, name === option ? flag : flag.replace(/ \(.*\)$/, ''));
  }
  const side = /^(source|destination)\b/.exec(option ?? '')?.[1];
  if (side !== undefined) told = told.replace('the option socketPath', `--${side}-socket`);
  for (const [call, command] of CALLS) told = told.replace(call, command);
  return told;
}
