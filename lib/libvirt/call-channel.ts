import { tracingChannel } from 'node:diagnostics_channel';

/** The name to give `diagnostics_channel.tracingChannel()` for calls into libvirt. */
export const CALL_CHANNEL = 'precopy:call';

/**
 * What the channel {@link CALL_CHANNEL} says of one call into libvirt: the same object at its start and at its end. Arguments are left out,
 * since they may hold secrets.
 */
export interface CallTrace {
  /** libvirt's function, like `virDomainGetJobStats`. */
  readonly function: string;
  /** The connection's URI, as it was given. */
  readonly uri: string;
  /** The guest that it is about, where it is about one. */
  readonly domain?: { readonly name: string; readonly uuid: string };
  /** How long it took, from the start to the answer of the host; set with `error`, `asyncStart` and `asyncEnd`. */
  durationMs?: number;
  /** Why it failed: a `LibvirtError` or another error of precopy. Set by Node with `error`, `asyncStart` and `asyncEnd`. */
  readonly error?: unknown;
}

const channel = tracingChannel<CallTrace, CallTrace>(CALL_CHANNEL);

/** What is known of a call before it is made; only looked at when somebody listens. */
export interface CallSubject {
  readonly uri: string;
  readonly name?: string;
  readonly uuid?: string;
}

/** Makes a call, and tells {@link CALL_CHANNEL} of it if anybody listens there: otherwise it costs one look. */
export function traced<R>(call: { readonly name: string }, subject: CallSubject, work: () => Promise<R>): Promise<R> {
  if (!channel.hasSubscribers) return work();
  const { uri, name, uuid } = subject;
  const trace: CallTrace = {
    function: `vir${call.name.charAt(0).toUpperCase()}${call.name.slice(1)}`,
    uri,
    ...(name === undefined || uuid === undefined ? {} : { domain: { name, uuid } }),
  };
  const startedAtMs = performance.now();
  const timed = () =>
    work().finally(() => {
      trace.durationMs = performance.now() - startedAtMs;
    });
  return channel.tracePromise(timed, trace);
}
