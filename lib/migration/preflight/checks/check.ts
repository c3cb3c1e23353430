import type { PreflightFacts } from '../facts.js';
import type { Finding } from '../finding.js';

/** Judges one topic. Pure; gives nothing where the facts it needs are missing. */
export type Check = (facts: PreflightFacts) => Finding[];

/** How the guest is called in messages, whatever is known of it. */
export const guestName = ({ guest, request }: PreflightFacts): string => `'${guest?.name || request.domain}'`;

/** How the destination is called in messages. */
export const destinationName = ({ destination }: PreflightFacts): string =>
  destination === undefined ? 'the destination' : `the destination (${destination.hostname})`;

/** Whether the two hosts are known to be one. */
export const isOneHost = ({ source, destination }: PreflightFacts): boolean =>
  source !== undefined && source.hostUuid !== '' && source.hostUuid === destination?.hostUuid;

const MEBIBYTE = 1024 * 1024;

export const mebibytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MiB`;
