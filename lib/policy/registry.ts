import { InvalidArgumentError } from '../errors.js';
import { budget } from './budget.js';
import { type Ladder, ladder } from './ladder.js';
import { kubevirt } from './peers/kubevirt.js';
import { kubevirtStall } from './peers/kubevirt-stall.js';
import { nova } from './peers/nova.js';
import { ovirt } from './peers/ovirt.js';
import { proxmox } from './peers/proxmox.js';
import { qemu } from './peers/qemu.js';
import { virsh } from './peers/virsh.js';
import type { Policy } from './policy.js';

/** The policies that ship, each with its defaults; the peers' have options of their own, for which there are the functions of their names. */
export const byName = {
  budget,
  qemu,
  virsh: virsh(),
  nova: nova(),
  ovirt: ovirt(),
  'ovirt-minimal-downtime': ovirt({ schedule: 'minimal-downtime' }),
  'ovirt-suspend-if-needed': ovirt({ schedule: 'suspend-if-needed' }),
  'ovirt-post-copy': ovirt({ schedule: 'post-copy' }),
  'ovirt-very-large': ovirt({ schedule: 'very-large' }),
  'ovirt-legacy': ovirt({ schedule: 'legacy' }),
  kubevirt: kubevirt(),
  'kubevirt-stall': kubevirtStall(),
  proxmox: proxmox(),
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof byName;

/**
 * A policy by its name, such as one that came from a command line.
 *
 * @throws InvalidArgumentError that lists the names there are
 */
export function policyByName(name: string): Policy {
  const policies: Record<string, Policy> = byName;
  const policy = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (policy === undefined) throw new InvalidArgumentError('policy', name, Object.keys(policies).join(' or '));
  return policy;
}

/**
 * A policy out of whatever names or describes one.
 *
 * @throws InvalidArgumentError for an unknown name, or a ladder that is not as it must be
 */
export function toPolicy(policy: string | Policy | Ladder): Policy {
  if (typeof policy === 'string') return policyByName(policy);
  return 'decide' in policy ? policy : ladder(policy);
}
