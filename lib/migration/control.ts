import { PrecopyError } from '../errors.js';
import type { TransportOptions } from './options.js';
import type { Warning } from './result.js';

export type Control = 'peer-to-peer' | 'direct';

export type ControlChoice =
  | { mode: 'peer-to-peer'; peerUri: string; warning: undefined }
  | { mode: 'direct'; warning: Warning | undefined };

/**
 * Who coordinates: the source's daemon wherever it can reach the destination's, since then a dead or blocked client harms nothing. Pure.
 *
 * @param destinationUri - the destination as this process reaches it; usable by the source's daemon when it names a host
 * @throws PrecopyError `ERR_PRECOPY_NO_PEER_URI` when peer-to-peer is demanded and no such URI is known
 */
export function chooseControl({ control, peerUri }: TransportOptions, destinationUri: string): ControlChoice {
  if (control === 'direct') return { mode: 'direct', warning: undefined };
  const reachable = peerUri ?? (new URL(destinationUri).host === '' ? undefined : destinationUri);
  if (reachable !== undefined) return { mode: 'peer-to-peer', peerUri: reachable, warning: undefined };
  if (control === 'peer-to-peer') {
    throw new PrecopyError(
      'ERR_PRECOPY_NO_PEER_URI',
      `transport.peerUri is missing: the source's daemon cannot reach a destination called ${destinationUri}`,
      { remedy: "Give the destination's URI as the source's daemon reaches it, or choose transport.control 'direct'." },
    );
  }
  return {
    mode: 'direct',
    warning: {
      code: 'direct-control',
      message: `The source's daemon cannot reach a destination called ${destinationUri}, so this process coordinates and must live until the end. Give transport.peerUri to change that.`,
    },
  };
}
