import { spawn } from 'node:child_process';
import { LabError } from '../errors.js';
import { ensureGuestFiles, GuestError } from '../guest/index.js';
import type { LabNode } from '../host/node.js';
import { CLIENT } from '../names.js';
import { addressOf, type Nic } from '../network/plan.js';
import { Observer } from '../observer/index.js';
import { HEARTBEAT_PORT } from './start-guest.js';

/**
 * Starts the observer of the guests' heartbeats in the lab's client. It ends with this process.
 *
 * @throws LabError `ERR_PRECOPY_LAB_OBSERVED` while another process has one
 */
export async function startObserver(lab: string, client: LabNode, nics: readonly Nic[]): Promise<Observer> {
  const { observer } = await ensureGuestFiles();
  const enter = await client.command([]);
  try {
    return await Observer.start({
      program: observer,
      address: addressOf(nics, CLIENT, 'guest'),
      port: HEARTBEAT_PORT,
      spawn: (argv) => {
        const [command = '', ...args] = [...enter, ...argv];
        return spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
      },
    });
  } catch (error) {
    if (!(error instanceof GuestError && /already in use/.test(error.message))) throw error;
    throw new LabError(
      'ERR_PRECOPY_LAB_OBSERVED',
      `Another process observes the guests of lab ${lab} at this moment.`,
      {
        remedy: 'Let it end, or call detach() there.',
        cause: error,
      },
    );
  }
}
