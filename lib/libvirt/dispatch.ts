import { type NativeEventHandler, native } from './native.js';

type Listener = (...event: Parameters<NativeEventHandler> extends [number, ...infer Rest] ? Rest : never) => void;

// The addon knows listeners by number only, so that it holds no JavaScript function for each registration.
const listeners = new Map<number, Listener>();
let next = 0;

/** Gives a number to a listener, before the addon is told it: no event can come before somebody listens. */
export function addNativeListener(listener: Listener): number {
  if (next === 0) native().onEvent((number, ...event) => listeners.get(number)?.(...event));
  next += 1;
  listeners.set(next, listener);
  return next;
}

export function removeNativeListener(number: number): void {
  listeners.delete(number);
}
