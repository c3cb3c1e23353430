import { type CallTerms, migrateCall } from './call.js';
import type { Sides } from './connect.js';
import { type Control, chooseControl } from './control.js';
import { withDeadline } from './deadline.js';
import type { ResolvedOptions } from './options.js';

/** libvirt's one long call, ready to be made. */
export interface LongCall {
  control: Control;
  /** Makes the call; settles when libvirt says that the migration is over. */
  start: () => Promise<unknown>;
}

/** Everything that the long call needs, so that from here on only the call itself can fail. */
export async function prepareLongCall(
  { source, destination }: Sides,
  uuid: string,
  options: ResolvedOptions,
  terms: Omit<CallTerms, 'control'>,
): Promise<LongCall> {
  const control = chooseControl(options.transport, destination.data.uri);
  const { flags, parameters } = migrateCall(options, { control: control.mode, ...terms });
  const lookup = source.data.domainLookupByUUID(uuid);
  const domain = await withDeadline(lookup, options.deadlines.callMs, 'Looking for the guest on the source');
  return {
    control: control.mode,
    start:
      control.mode === 'direct'
        ? () => domain.migrate3(destination.data, parameters, flags)
        : () => domain.migrateToURI3(control.peerUri, parameters, flags),
  };
}
