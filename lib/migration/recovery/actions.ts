import type { Domain } from '../../libvirt/index.js';
import type { Role } from '../events.js';
import type { Standing } from './standing.js';

export type ActionName =
  /** Lets libvirt put away what it can: keepalive ends a job whose other end is dead after 25 to 30 s. */
  | 'wait'
  | 'suspend-source'
  | 'suspend-destination'
  | 'destroy-source'
  | 'destroy-destination'
  | 'resume-source'
  | 'resume-destination';

/** An action on a guest: the call, and how both hosts must stand right before it. */
export interface Deed {
  readonly side: Role;
  readonly call: (domain: Domain) => Promise<void>;
  readonly source: readonly Standing[];
  readonly destination: readonly Standing[];
  /** Must not be known to have happened. */
  readonly unlessDestinationRan?: true;
  /** How the guest stands on that side when it is done: the end of it, as the table puts it. */
  readonly leaves: Standing;
}

const executing: readonly Standing[] = ['running', 'migrating', 'starting'];
/** The other host has it no more, or ran it to its end. */
const gone: readonly Standing[] = ['absent', 'ended'];

/**
 * What each action needs and does. This is the last line of defence, apart from the table: whatever a row demands, nothing is resumed
 * beside a host that has the guest, and nothing is destroyed that may be the only whole one.
 */
export const DEEDS: Readonly<Record<Exclude<ActionName, 'wait'>, Deed>> = {
  'suspend-source': {
    ...{ side: 'source', source: executing, destination: [...executing, 'paused', 'receiving', 'stopped'] },
    call: (domain) => domain.suspend(),
    leaves: 'paused',
  },
  'suspend-destination': {
    ...{ side: 'destination', source: [...executing, 'paused'], destination: executing },
    call: (domain) => domain.suspend(),
    leaves: 'paused',
  },
  'destroy-source': {
    ...{ side: 'source', source: ['stopped'], destination: ['running', 'migrating', 'paused'] },
    call: (domain) => domain.destroy(),
    leaves: 'absent',
  },
  'destroy-destination': {
    ...{ side: 'destination', source: ['running', 'stopped', 'paused', 'halted'] },
    ...{ destination: ['receiving', 'paused', 'stopped'], unlessDestinationRan: true },
    call: (domain) => domain.destroy(),
    leaves: 'absent',
  },
  'resume-source': {
    ...{ side: 'source', source: ['stopped'], destination: ['absent'], unlessDestinationRan: true },
    call: (domain) => domain.resume(),
    leaves: 'running',
  },
  'resume-destination': {
    ...{ side: 'destination', source: gone, destination: ['paused'] },
    call: (domain) => domain.resume(),
    leaves: 'running',
  },
};

/** Whether the hosts stand as an action needs it. Pure. */
export function mayDo(deed: Deed, source: Standing, destination: Standing, destinationRan: boolean): boolean {
  return (
    deed.source.includes(source) &&
    deed.destination.includes(destination) &&
    !(deed.unlessDestinationRan === true && destinationRan)
  );
}
