import { PrecopyError } from '../../../errors.js';
import { chooseControl } from '../../control.js';
import type { PreflightFacts, RequestFacts } from '../facts.js';
import { type Finding, finding } from '../finding.js';
import { type Check, destinationName } from './check.js';

/** The memory can get to the destination, as far as that can be known without trying. */
export const transport: Check = (facts) => [
  ...controlFindings(facts.request),
  ...addressFindings(facts),
  ...optionFindings(facts.request),
];

function controlFindings({ transport, destinationUri }: RequestFacts): Finding[] {
  // The engine's own choice, so that the two cannot differ.
  if (!URL.canParse(destinationUri)) return [];
  try {
    const { warning } = chooseControl(transport, destinationUri);
    const remedy = "Give transport.peerUri: the destination's URI as the source's daemon reaches it.";
    return warning === undefined ? [] : [finding('direct-control', warning.message, remedy)];
  } catch (error) {
    if (!(error instanceof PrecopyError)) throw error;
    return [finding('no-peer-uri', error.message, error.remedy ?? '')];
  }
}

/** Names and addresses under which a host finds only itself, or nobody. */
const LOOPBACK = /^(localhost(\..*)?|127\..*|0\.0\.0\.0|\[::1?\]|::1?)$/i;

function addressFindings(facts: PreflightFacts): Finding[] {
  const { source, destination, request } = facts;
  const { migrateUri, listenAddress } = request.transport;
  const problems: string[] = [];
  const url = migrateUri !== undefined && URL.canParse(migrateUri) ? new URL(migrateUri) : undefined;
  if (migrateUri !== undefined && url === undefined) {
    problems.push(`transport.migrateUri is ${migrateUri}, which is no URI like tcp://host`);
  }
  if (url !== undefined) {
    const scheme = url.protocol.slice(0, -1);
    for (const [side, host] of Object.entries({ source, destination })) {
      const schemes = host?.migrationSchemes ?? [];
      if (schemes.length > 0 && !schemes.includes(scheme) && scheme !== 'unix') {
        problems.push(`transport.migrateUri is ${migrateUri}, and the ${side} takes ${schemes.join(' and ')} only`);
      }
    }
    if (LOOPBACK.test(url.hostname)) problems.push(`transport.migrateUri is ${migrateUri}, which is the source itself`);
  }
  if (listenAddress !== undefined && /^(127\.|::1$|localhost)/i.test(listenAddress)) {
    problems.push(`transport.listenAddress is ${listenAddress}, where nobody else reaches the destination`);
  }
  if (migrateUri === undefined && destination !== undefined && LOOPBACK.test(destination.hostname)) {
    problems.push(`the destination calls itself ${destination.hostname}, which is where the memory would be sent`);
  }
  if (problems.length === 0) return [portUnproven(facts)];
  const remedy = 'Give transport.migrateUri: tcp:// and an address of the destination that the source reaches.';
  return problems.map((problem) =>
    finding('migration-address-unusable', `The memory cannot be sent: ${problem}`, remedy, 'destination'),
  );
}

function portUnproven(facts: PreflightFacts): Finding {
  const { migrateUri } = facts.request.transport;
  const where = migrateUri ?? facts.destination?.hostname ?? 'its own name';
  return finding(
    'migration-port-unproven',
    `Whether the source's QEMU reaches ${destinationName(facts)} at ${where} is not tried here: it listens only in the phase prepare`,
    'Let the ports 49152 to 49215 through, or the one in transport.migrateUri; if they are closed the guest runs on and the migration fails.',
    'destination',
  );
}

function optionFindings({ transport }: RequestFacts): Finding[] {
  const { compression, parallel, bandwidthBytesPerSecond } = transport;
  const found: Finding[] = [];
  if ((compression === 'zlib' || compression === 'zstd') && parallel === undefined) {
    found.push(
      finding(
        'transport-contradictory',
        `transport.compression ${compression} works on parallel connections alone`,
        'Give transport.parallel as well, or choose xbzrle.',
      ),
    );
  }
  if (bandwidthBytesPerSecond !== undefined && parallel !== undefined) {
    found.push(
      finding(
        'bandwidth-ignored',
        'transport.bandwidthBytesPerSecond is not kept to on parallel connections',
        'Limit the bandwidth in the network, or leave transport.parallel out.',
      ),
    );
  }
  return found;
}
