import type { PreflightFacts } from '../facts.js';
import { type Finding, finding } from '../finding.js';
import { type Check, guestName, isOneHost } from './check.js';

/** The hosts are two, the source has the guest, and the definition for the destination is of that guest. */
export const hosts: Check = (facts) => [...identityFindings(facts), ...definitionFindings(facts)];

function identityFindings(facts: PreflightFacts): Finding[] {
  const { source, guest, request } = facts;
  const found: Finding[] = [];
  if (isOneHost(facts)) {
    found.push(
      finding(
        'same-host',
        `Source and destination ${request.destinationUri} are the same host: ${source?.hostname}, UUID ${source?.hostUuid}`,
        'Name another host as the destination; if these are two, give each a UUID of its own (host_uuid in libvirtd.conf).',
      ),
    );
  }
  if (guest === null) {
    found.push(
      finding(
        'domain-not-found',
        `There is no guest ${guestName(facts)} on the source${source === undefined ? '' : ` (${source.hostname})`}`,
        "List the source's guests and name one of them.",
        'source',
      ),
    );
  }
  return found;
}

function definitionFindings({ guest, arriving, destinationXmlProblem }: PreflightFacts): Finding[] {
  const another = guest && arriving && arriving.uuid !== '' && arriving.uuid !== guest.uuid;
  const problem = another ? `it is of another guest, UUID ${arriving.uuid}` : destinationXmlProblem;
  if (problem === undefined) return [];
  return [
    finding(
      'destination-xml-invalid',
      `destinationXml cannot be used: ${problem}`,
      "Give the guest's whole definition with what is to be different, or leave it out.",
    ),
  ];
}
