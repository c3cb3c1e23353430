import { finding } from '../finding.js';
import { type Check, destinationName, isOneHost } from './check.js';

/** Neither the guest's UUID nor its name is taken on the destination; an idle definition of the very same guest is no rival. */
export const rivals: Check = (facts) => {
  const { guest, arriving, sameUuid, sameName } = facts;
  const name = arriving?.name ?? guest?.name;
  // One host has the guest already, of course.
  if (isOneHost(facts)) return [];
  const found = [];
  if (sameUuid?.active) {
    found.push(
      finding(
        'domain-exists',
        `On ${destinationName(facts)} a guest with the UUID ${sameUuid.uuid} is active already, named '${sameUuid.name}'`,
        'Find out which of the two is the real one before anything is moved.',
        'destination',
      ),
    );
  } else if (sameUuid && sameUuid.name !== name) {
    found.push(
      finding(
        'uuid-taken',
        `On ${destinationName(facts)} the UUID ${sameUuid.uuid} belongs to a guest named '${sameUuid.name}'`,
        `Undefine it there, or move the guest under that name (destinationName: '${sameUuid.name}').`,
        'destination',
      ),
    );
  } else if (sameUuid) {
    found.push(
      finding(
        'definition-on-destination',
        `On ${destinationName(facts)} the guest '${sameUuid.name}' is defined and not running`,
        'Nothing need be done: it is taken for the same guest, and its definition is kept unless persistDestination replaces it.',
        'destination',
      ),
    );
  }
  if (sameName && guest && sameName.uuid !== guest.uuid) {
    found.push(
      finding(
        'name-taken',
        `On ${destinationName(facts)} the name '${sameName.name}' belongs to another guest, UUID ${sameName.uuid}`,
        'Give destinationName, or rename or undefine the other one.',
        'destination',
      ),
    );
  }
  return found;
};
