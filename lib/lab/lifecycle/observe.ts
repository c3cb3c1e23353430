import { spawn } from 'node:child_process';
import { ensureGuestFiles } from '../guest/index.js';
import type { LabNode } from '../host/node.js';
import { CLIENT } from '../names.js';
import { addressOf, type Nic } from '../network/plan.js';
import { Observer } from '../observer/index.js';
import { HEARTBEAT_PORT } from './start-guest.js';

/** Starts the observer of the guests' heartbeats in the lab's client. It ends with this process. */
export async function startObserver(client: LabNode, nics: readonly Nic[]): Promise<Observer> {
  const { observer } = await ensureGuestFiles();
  const enter = await client.command([]);
  return Observer.start({
    program: observer,
    address: addressOf(nics, CLIENT, 'guest'),
    port: HEARTBEAT_PORT,
    spawn: (argv) => {
      const [command = '', ...args] = [...enter, ...argv];
      return spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    },
  });
}
