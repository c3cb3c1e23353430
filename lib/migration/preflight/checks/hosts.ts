import { finding } from '../finding.js';
import { type Check, guestName } from './check.js';

/** The hosts are two, and the source has the guest. */
export const hosts: Check = (facts) => {
  const { source, destination, guest, request, destinationXmlProblem } = facts;
  const same = source !== undefined && source.hostUuid !== '' && source.hostUuid === destination?.hostUuid;
  return [
    ...(same
      ? [
          finding(
            'same-host',
            `Source and destination ${request.destinationUri} are the same host: ${source.hostname}, UUID ${source.hostUuid}`,
            'Name another host as the destination; if these are two, give each a UUID of its own (host_uuid in libvirtd.conf).',
          ),
        ]
      : []),
    ...(guest === null
      ? [
          finding(
            'domain-not-found',
            `There is no guest ${guestName(facts)} on the source ${source?.hostname ?? ''}`,
            "List the source's guests and name one of them.",
            'source',
          ),
        ]
      : []),
    ...(destinationXmlProblem === undefined
      ? []
      : [
          finding(
            'destination-xml-invalid',
            `destinationXml cannot be read: ${destinationXmlProblem}`,
            'Give a whole domain definition, or leave it out.',
          ),
        ]),
  ];
};
