/** What a policy that only looks now and then remembers of its last look. */
export interface Polling {
  /** The next look is due at this time, in milliseconds since the start. */
  readonly nextPollAtMs: number;
}

/** Whether a look is due: the peers poll more rarely than they could see, and that is part of how they decide. */
export function isDue(state: Polling, elapsedMs: number): boolean {
  return elapsedMs >= state.nextPollAtMs;
}
