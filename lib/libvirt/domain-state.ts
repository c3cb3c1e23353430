import * as constants from './constants.generated.js';
import { camelNameOf, type NamesOf, type Unknown } from './names.js';

interface State<Name extends string, Reasons> {
  readonly state: Name;
  readonly reason: NamesOf<Reasons>;
}

/** A domain's state, with the reasons that libvirt has for it. */
export type DomainStateInfo =
  | State<'nostate', typeof constants.DomainNostateReason>
  | State<'running', typeof constants.DomainRunningReason>
  | State<'blocked', typeof constants.DomainBlockedReason>
  | State<'paused', typeof constants.DomainPausedReason>
  | State<'shutdown', typeof constants.DomainShutdownReason>
  | State<'shutoff', typeof constants.DomainShutoffReason>
  | State<'crashed', typeof constants.DomainCrashedReason>
  | State<'pmsuspended', typeof constants.DomainPMSuspendedReason>
  | { readonly state: Unknown; readonly reason: Unknown };

const REASONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  nostate: constants.DomainNostateReason,
  running: constants.DomainRunningReason,
  blocked: constants.DomainBlockedReason,
  paused: constants.DomainPausedReason,
  shutdown: constants.DomainShutdownReason,
  shutoff: constants.DomainShutoffReason,
  crashed: constants.DomainCrashedReason,
  pmsuspended: constants.DomainPMSuspendedReason,
};

/** Names for libvirt's two numbers. */
export function toDomainState(state: number, reason: number): DomainStateInfo {
  const name = camelNameOf(constants.DomainState, state);
  const reasons = REASONS[name] ?? {};
  // REASONS pairs each state with its reasons exactly as the union does.
  return { state: name, reason: camelNameOf(reasons, reason) } as DomainStateInfo;
}
