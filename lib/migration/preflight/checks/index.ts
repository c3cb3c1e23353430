import type { Mode } from '../../mode.js';
import { budget } from './budget.js';
import type { Check } from './check.js';
import { cpu } from './cpu.js';
import { devices } from './devices.js';
import { disks } from './disks.js';
import { files } from './files.js';
import { gaps } from './gaps.js';
import { hosts } from './hosts.js';
import { hypervisor } from './hypervisor.js';
import { memory } from './memory.js';
import { network } from './network.js';
import { postCopy } from './post-copy.js';
import { rivals } from './rivals.js';
import { standing } from './standing.js';
import { tls } from './tls.js';
import { transport } from './transport.js';
import { versions } from './versions.js';

/** What can be wrong with a definition that is only to be written down: nothing of what running would need. */
const DEFINITION_CHECKS: readonly Check[] = [hosts, standing, rivals, hypervisor, transport, gaps];

/** The checks that a mode needs. */
export const checksFor = (mode: Mode | undefined): readonly Check[] =>
  mode === 'offline' ? DEFINITION_CHECKS : CHECKS;

/** Every check there is. Their order does not matter: findings are sorted. */
export const CHECKS: readonly Check[] = [
  ...[hosts, standing, rivals, hypervisor, cpu, memory, versions],
  ...[disks, files, devices, network, transport, tls, postCopy, budget, gaps],
];
