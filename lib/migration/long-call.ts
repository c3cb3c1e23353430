import type { Settings } from '../policy/index.js';
import { migrateCall } from './call.js';
import type { Sides } from './connect.js';
import { type Control, chooseControl } from './control.js';
import { withDeadline } from './deadline.js';
import type { ResolvedOptions } from './options.js';
import { followJob } from './recovery/follow.js';

/** libvirt's one long call, ready to be made. */
export interface LongCall {
  control: Control;
  /** Makes the call; settles when the migration is over. `over` aborts when nobody waits for that any more. */
  start: (over: AbortSignal) => Promise<unknown>;
}

export interface CallTerms {
  settings: Settings;
  safety: 'strict' | 'guarded';
  /** Told when the call was lost with its connection, and the job is followed without it. */
  onLost: () => void;
}

/** Everything that the long call needs, so that from here on only the call itself can fail. */
export async function prepareLongCall(
  sides: Sides,
  uuid: string,
  options: ResolvedOptions,
  { onLost, ...terms }: CallTerms,
): Promise<LongCall> {
  const { source, destination } = sides;
  const { callMs } = options.deadlines;
  const control = chooseControl(options.transport, destination.data.uri);
  const { flags, parameters } = migrateCall(options, { control: control.mode, ...terms });
  const domain = await withDeadline(
    source.data.domainLookupByUUID(uuid),
    callMs,
    'Looking for the guest on the source',
  );
  if (control.mode === 'direct') {
    return { control: control.mode, start: () => domain.migrate3(destination.data, parameters, flags) };
  }
  /** By peer-to-peer the job outlives its call: where that was lost with its connection, the job is followed to its end all the same. */
  const start = async (over: AbortSignal): Promise<void> => {
    try {
      await domain.migrateToURI3(control.peerUri, parameters, flags);
    } catch (error) {
      if (await source.isDataAlive()) throw error;
      onLost();
      const { row } = await followJob(sides, uuid, { callMs, intervalMs: options.sampleIntervalMs }, over);
      if (row.verdict !== 'completed') throw error;
    }
  };
  return { control: control.mode, start };
}
