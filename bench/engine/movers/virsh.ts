import { once } from 'node:events';
import type { Domain } from '../../../lib/libvirt/index.js';
import { type Move, type Station, timed } from '../contender.js';

/**
 * Moves a guest with libvirt's own command, from the source host and over the same links as the engine does.
 *
 * @param domain - the guest on the source, to abort its job when the signal says so
 */
export async function moveByVirsh(
  domain: Domain,
  { from, to }: { from: Station; to: Station },
  flags: readonly string[],
  signal: AbortSignal,
): Promise<Move> {
  const memory = to.migrateUri === undefined ? [] : ['--migrateuri', to.migrateUri];
  const endpoints = ['--domain', domain.name, '--desturi', to.peerUri, ...memory];
  const argv = ['virsh', 'migrate', '--live', '--p2p', ...flags, ...endpoints];
  // Killing what we started would not reach it inside the host.
  const onAbort = () => domain.abortJob().catch(() => undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await timed(async () => {
      const virsh = await from.spawn(argv, { stdio: ['ignore', 'ignore', 'pipe'] });
      let complaint = '';
      virsh.stderr?.on('data', (data: Buffer) => {
        complaint += data.toString();
      });
      const [status] = await once(virsh, 'close');
      if (status === 0) return { outcome: 'completed', reason: undefined, engine: undefined };
      return { outcome: signal.aborted ? 'cancelled' : 'failed', reason: complaint.trim(), engine: undefined };
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
