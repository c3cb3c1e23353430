import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { CALL_CHANNEL, type CallTrace } from '../libvirt/index.js';
import { eventChannel, type MigrationEventType, type MigrationMessage } from '../migration/index.js';

/** What an adapter wants to be told, by type of event. */
export type EventHandlers = { readonly [Type in MigrationEventType]?: (message: MigrationMessage<Type>) => void };

export interface CallHandlers {
  readonly started?: (call: CallTrace) => void;
  /** The call has come back, or failed: then with its `error`. */
  readonly ended: (call: CallTrace) => void;
}

/** Tells the handlers all events of all migrations of this process. @returns what ends that */
export function onEvents(handlers: EventHandlers): () => void {
  const listeners = Object.entries(handlers).map(([type, handler]) => ({
    // The table above pairs each type with its message; TypeScript cannot follow that through Object.entries.
    name: eventChannel(type as MigrationEventType),
    listener: handler as unknown as (message: unknown) => void,
  }));
  for (const { name, listener } of listeners) subscribe(name, listener);
  return () => {
    for (const { name, listener } of listeners) unsubscribe(name, listener);
  };
}

/** Tells the handlers all calls into libvirt. @returns what ends that */
export function onCalls({ started = () => {}, ended }: CallHandlers): () => void {
  const calls = tracingChannel<CallTrace, CallTrace>(CALL_CHANNEL);
  const nothing = () => {};
  // Documented to carry a CallTrace; Node's own types leave out that an error comes with `asyncEnd` as well.
  const subscribers = {
    start: (message: unknown) => started(message as CallTrace),
    asyncEnd: (message: unknown) => ended(message as CallTrace),
    ...{ end: nothing, asyncStart: nothing, error: nothing },
  };
  calls.subscribe(subscribers);
  return () => void calls.unsubscribe(subscribers);
}
