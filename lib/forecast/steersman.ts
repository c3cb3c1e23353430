import {
  type Action,
  type Capabilities,
  LandingGear,
  type Note,
  type Policy,
  type PolicyState,
  permitted,
  type Settings,
  type Situation,
  type View,
} from '../policy/index.js';
import type { Scenario, SimulatedDecision } from './simulation.js';

/** Asks the policy, and the soft landing before it, as the engine does, and writes down what they decided. */
export class Steersman {
  readonly settings: Settings;
  readonly decisions: SimulatedDecision[] = [];
  readonly notes: (Note & { atMs: number })[] = [];
  readonly can: Capabilities;
  readonly #policy: Policy;
  readonly #landing: LandingGear;
  #owesBoundary = false;
  #state: PolicyState;

  constructor(scenario: Scenario, known: Partial<Situation>) {
    const { policy, memoryBytes, budget = {}, escalate = [], monitor = false, isKnownBusy = false } = scenario;
    this.#policy = policy;
    this.settings = policy.settings({
      memoryTotalBytes: memoryBytes,
      diskTotalBytes: 0,
      budget,
      escalate,
      ...known,
    });
    const { autoConverge, postCopy } = this.settings;
    this.can = { throttle: monitor, autoConverge: autoConverge !== undefined, postCopy };
    this.#landing = new LandingGear(this.settings.softLanding === true, isKnownBusy);
    this.#state = policy.initialState;
    this.#note(0, this.settings.notes);
  }

  /** What is to be done now. */
  decide(view: View): readonly Action[] {
    const isAsked = !this.#landing.isDown;
    const shown = this.#owesBoundary ? { ...view, atPassBoundary: true } : view;
    // As in the engine: a boundary that passes while it lands is shown to the policy afterwards.
    this.#owesBoundary = shown.atPassBoundary && !isAsked;
    const landing = this.#landing.next(shown);
    if (landing.length > 0 || this.#landing.isDown) return this.#decided(view, 'landing', landing);
    return this.#decided(view, 'policy', this.#advice(shown));
  }

  /** Whether a moment could come, between samples, at which there is something to do for the landing. */
  get mayLand(): boolean {
    return !this.#landing.isOver;
  }

  #advice(view: View): readonly Action[] {
    const { state, actions, notes } = this.#policy.decide(view, this.#state);
    this.#state = state;
    this.#note(view.elapsedMs, notes);
    const allowed = permitted(view, actions);
    this.#note(view.elapsedMs, allowed.notes);
    return allowed.actions;
  }

  #decided(
    { elapsedMs: atMs, pass }: View,
    by: SimulatedDecision['by'],
    actions: readonly Action[],
  ): readonly Action[] {
    for (const action of actions) this.decisions.push({ atMs, pass, by, action });
    return actions;
  }

  #note(atMs: number, notes: readonly Note[]): void {
    for (const note of notes) this.notes.push({ ...note, atMs });
  }
}
