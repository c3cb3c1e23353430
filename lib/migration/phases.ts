/** The phases of one migration, in their only order. */
export const PHASES = ['connect', 'prepare', 'pre-copy', 'stop-and-copy', 'handover', 'settle'] as const;

export type Phase = (typeof PHASES)[number];

/** A phase as it was gone through: when it was entered, and for how long. */
export interface PhaseSpan {
  phase: Phase;
  /** Milliseconds from the start of the migration to the entry. */
  atMs: number;
  durationMs: number;
}

/**
 * The phase a migration is in. It only ever goes forward, and through every phase: a later one that is seen first (an event of the
 * destination that overtook one of the source) enters those between at the same moment. A failure leaves phases out and goes to
 * `settle`, because what was left behind is looked at in any case.
 */
export class PhaseMachine {
  readonly #entered: { phase: Phase; atMs: number }[] = [];
  readonly #onEnter: (phase: Phase, atMs: number) => void;

  constructor(onEnter: (phase: Phase, atMs: number) => void) {
    this.#onEnter = onEnter;
  }

  /** The phase that was entered last; undefined before the first. */
  get current(): Phase | undefined {
    return this.#entered.at(-1)?.phase;
  }

  has(phase: Phase): boolean {
    return this.#entered.some((entry) => entry.phase === phase);
  }

  /** Goes forward to `phase`; does nothing when it is already there or past it. */
  advance(phase: Phase, atMs: number): void {
    const target = PHASES.indexOf(phase);
    for (let next = this.#position() + 1; next <= target; next += 1) {
      const between = PHASES[next];
      if (between !== undefined) this.#enter(between, atMs);
    }
  }

  /** Goes straight to `settle`, leaving out what never happened. */
  skipToSettle(atMs: number): void {
    if (!this.has('settle')) this.#enter('settle', atMs);
  }

  /** All phases so far, the last one closed at `endMs`. */
  spans(endMs: number): PhaseSpan[] {
    return this.#entered.map(({ phase, atMs }, index) => ({
      phase,
      atMs,
      durationMs: (this.#entered[index + 1]?.atMs ?? endMs) - atMs,
    }));
  }

  #position(): number {
    return this.current === undefined ? -1 : PHASES.indexOf(this.current);
  }

  #enter(phase: Phase, atMs: number): void {
    // Stamps of two hosts' events may cross by fractions of a millisecond; a phase never lasts less than nothing.
    const notBefore = Math.max(atMs, this.#entered.at(-1)?.atMs ?? 0);
    this.#entered.push({ phase, atMs: notBefore });
    this.#onEnter(phase, notBefore);
  }
}
