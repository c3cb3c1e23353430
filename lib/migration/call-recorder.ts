import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChannelListener, tracingChannel } from 'node:diagnostics_channel';
import { CALL_CHANNEL, type CallTrace } from '../libvirt/index.js';

/** A call into libvirt that has come back. */
export type CallListener = (call: CallTrace) => void;

/** The run on whose behalf something is done; a call is told to that run alone. */
const listeners = new AsyncLocalStorage<CallListener>();

/** Runs `work` and tells of each call into libvirt that is made on its behalf, once it has come back. */
export async function recordCalls<T>(listener: CallListener, work: () => Promise<T>): Promise<T> {
  const calls = tracingChannel<CallTrace, CallTrace>(CALL_CHANNEL);
  const onEnd: ChannelListener = (call) => {
    // Every run hears of every call.
    if (listeners.getStore() === listener) listener(call as CallTrace);
  };
  calls.asyncStart.subscribe(onEnd);
  try {
    return await listeners.run(listener, work);
  } finally {
    calls.asyncStart.unsubscribe(onEnd);
  }
}
