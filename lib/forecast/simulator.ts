import {
  type Action,
  addLinkSample,
  DOWNTIME_LIMIT_MS,
  expectedPauseMs,
  type LinkRate,
  type Note,
  type Pass,
  type PolicyState,
  permitted,
  type Settings,
  type View,
} from '../policy/index.js';
import { type AutoConverge, autoConvergeAtSync, NO_THROTTLE } from './auto-converge.js';
import { GuestMemory } from './guest.js';
import type { LinkSegment, Scenario, SimulatedDecision, SimulationResult } from './simulation.js';

/** QEMU measures its bandwidth over windows of that length. */
const WINDOW_MS = 100;
/** With auto-converge it syncs as often even in mid-pass, but not in the first pass. */
const AUTO_CONVERGE_SYNC_MS = 5000;
const PASSES_KEPT = 32;
const HOUR_MS = 3_600_000;

/**
 * Runs a policy against a simulated migration: QEMU's decisions (windows of 100 ms, threshold = bandwidth × limit, a sync before each stop,
 * auto-converge) over a guest whose dirty memory grows as the model says. Pure and deterministic: the same scenario always gives the same result.
 */
export function simulate(scenario: Scenario): SimulationResult {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #settings: Settings;
  readonly #guest: GuestMemory;
  readonly #links: readonly [LinkSegment, ...LinkSegment[]];
  readonly #fixedPauseMs: number;
  readonly #syncMs: number;
  readonly #decisions: SimulatedDecision[] = [];
  readonly #notes: (Note & { atMs: number })[] = [];
  #state: PolicyState;
  #atMs = 0;
  #passes: Pass[] = [];
  #pass = 1;
  #passStartedAtMs = 0;
  #passBytes: number;
  #remainingBytes: number;
  #dirtyBytes: number | undefined;
  #sentBytes = 0;
  #syncs = 1;
  #syncsAtTimer = 1;
  #linkIndex = 0;
  #linkRate: LinkRate | undefined;
  #windowSentBytes = 0;
  /** As QEMU measured it in its last window, in bytes per millisecond. */
  #bandwidth = 0;
  #limitMs: number;
  #cap: number | undefined;
  #autoConverge: AutoConverge = NO_THROTTLE;
  #lostMs = 0;
  #pausedAtMs: number | undefined;
  #isPostCopy = false;
  #isReleased = false;
  #isAborted = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#guest = new GuestMemory(scenario.workload, scenario.memoryBytes);
    this.#links = typeof scenario.link === 'number' ? [{ fromMs: 0, bytesPerSecond: scenario.link }] : scenario.link;
    this.#fixedPauseMs = scenario.fixedPauseMs ?? 50;
    this.#syncMs = scenario.syncMs ?? 2;
    this.#remainingBytes = scenario.usedBytes ?? scenario.memoryBytes;
    this.#passBytes = this.#remainingBytes;
    this.#state = scenario.policy.initialState;
    this.#settings = scenario.policy.settings({
      memoryTotalBytes: scenario.memoryBytes,
      diskTotalBytes: 0,
      budget: scenario.budget ?? {},
      escalate: scenario.escalate ?? [],
      ...(scenario.isForecast === true
        ? { linkBytesPerSecond: this.#link(), dirtiedBytesPerSecond: this.#guest.writtenBytesPerSecond }
        : {}),
    });
    this.#note(this.#settings.notes);
    this.#limitMs = this.#settings.downtimeLimitMs ?? DOWNTIME_LIMIT_MS.default;
  }

  run(): SimulationResult {
    const { sampleMs = WINDOW_MS, endMs = HOUR_MS } = this.#scenario;
    let nextWindowMs = WINDOW_MS;
    let nextSampleMs = sampleMs;
    let nextTimerMs = AUTO_CONVERGE_SYNC_MS;
    this.#decide(false);
    while (this.#atMs < endMs && !this.#isAborted) {
      if (this.#isReleased || this.#remainingBytes <= this.#threshold()) {
        if (this.#endPass()) return this.#result('completed', this.#rest());
        this.#decide(!this.#isPostCopy);
        continue;
      }
      const passEndMs = this.#atMs + (this.#remainingBytes - this.#threshold()) / (this.#speed() / 1000);
      const untilMs = Math.min(passEndMs, nextWindowMs, nextSampleMs, nextTimerMs, endMs, this.#nextLinkChangeMs());
      this.#advance(untilMs - this.#atMs);
      this.#atMs = untilMs;
      if (untilMs === passEndMs) this.#remainingBytes = Math.min(this.#remainingBytes, this.#threshold());
      if (untilMs === nextWindowMs) {
        this.#closeWindow();
        nextWindowMs += WINDOW_MS;
      }
      if (untilMs === nextTimerMs) {
        this.#onTimer();
        nextTimerMs += AUTO_CONVERGE_SYNC_MS;
      }
      if (untilMs === nextSampleMs) {
        nextSampleMs += sampleMs;
        this.#decide(false);
      }
    }
    return this.#result(this.#isAborted ? 'aborted' : 'unfinished', 0);
  }

  /** A sync at the end of a pass; true when QEMU stops the guest now, or has sent everything in post-copy. */
  #endPass(): boolean {
    if (this.#isPostCopy) return this.#remainingBytes <= 0;
    this.#advance(this.#syncMs);
    this.#atMs += this.#syncMs;
    const found = this.#sync();
    const durationMs = this.#atMs - this.#passStartedAtMs;
    this.#remainingBytes = Math.min(this.#remainingBytes + found, this.#scenario.memoryBytes);
    // In a pass so short that no window was closed yet QEMU has no bandwidth to decide by; it goes on.
    if (this.#isReleased || this.#remainingBytes < this.#threshold()) return true;
    const finished: Pass = {
      number: this.#pass,
      startedAtMs: this.#passStartedAtMs,
      durationMs,
      dirtyBytes: this.#passBytes,
      dirtiedBytes: this.#remainingBytes,
    };
    this.#passes = [...this.#passes.slice(1 - PASSES_KEPT), finished];
    this.#pass += 1;
    this.#passStartedAtMs = this.#atMs;
    this.#passBytes = this.#remainingBytes;
    this.#dirtyBytes = this.#remainingBytes;
    return false;
  }

  #sync(): number {
    const found = this.#guest.sync();
    this.#syncs += 1;
    if (this.#settings.autoConverge !== undefined) {
      this.#autoConverge = autoConvergeAtSync(
        this.#autoConverge,
        this.#settings.autoConverge,
        this.#atMs,
        this.#sentBytes,
        found,
      );
    }
    return found;
  }

  /** The extra sync of auto-converge: it adds to the pass under way what it does not have to send anyway. */
  #onTimer(): void {
    const isDue =
      this.#settings.autoConverge !== undefined &&
      this.#pass > 1 &&
      this.#syncs === this.#syncsAtTimer &&
      !this.#isPostCopy;
    if (isDue) {
      const unsent =
        (this.#remainingBytes / this.#passBytes) * Math.min(1, this.#passBytes / Math.max(this.#guest.setBytes, 1));
      this.#remainingBytes += this.#sync() * (1 - Math.min(unsent, 1));
    }
    this.#syncsAtTimer = this.#syncs;
  }

  #advance(milliseconds: number): void {
    const sent = Math.min((this.#speed() * milliseconds) / 1000, this.#remainingBytes);
    this.#remainingBytes -= sent;
    this.#sentBytes += sent;
    this.#windowSentBytes += sent;
    if (this.#pausedAtMs !== undefined || this.#isPostCopy) return;
    this.#guest.run(milliseconds, this.#autoConverge.throttle);
    this.#lostMs += milliseconds * this.#autoConverge.throttle;
  }

  #closeWindow(): void {
    this.#bandwidth = this.#windowSentBytes / WINDOW_MS;
    this.#windowSentBytes = 0;
    this.#linkRate = addLinkSample(this.#linkRate, this.#atMs, this.#sentBytes);
  }

  #threshold(): number {
    return this.#isPostCopy ? 0 : this.#bandwidth * this.#limitMs;
  }

  #link(): number {
    return (this.#links[this.#linkIndex] ?? this.#links[0]).bytesPerSecond;
  }

  #speed(): number {
    while (this.#nextLinkChangeMs() <= this.#atMs) this.#linkIndex += 1;
    return Math.min(this.#link(), this.#cap ?? Number.POSITIVE_INFINITY);
  }

  #nextLinkChangeMs(): number {
    return this.#links[this.#linkIndex + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
  }

  /** The time for the bytes that are left when the guest stops, in milliseconds. */
  #rest(): number {
    return this.#isPostCopy ? 0 : this.#fixedPauseMs + (this.#remainingBytes / Math.max(this.#speed(), 1)) * 1000;
  }

  #decide(atPassBoundary: boolean): void {
    const view = this.#view(atPassBoundary);
    const decision = this.#scenario.policy.decide(view, this.#state);
    this.#state = decision.state;
    if (decision.notes.length > 0) this.#note(decision.notes);
    if (decision.actions.length === 0) return;
    const { actions, notes } = permitted(view, decision.actions);
    this.#note(notes);
    for (const action of actions) {
      this.#decisions.push({ atMs: this.#atMs, pass: this.#pass, action });
      this.#perform(action);
    }
  }

  #perform(action: Action): void {
    switch (action.kind) {
      case 'downtime-limit':
        this.#limitMs = action.limitMs;
        break;
      case 'bandwidth':
        this.#cap = action.bytesPerSecond;
        break;
      case 'throttle':
        // Through the monitor the ceiling goes with it, so that QEMU's own rule leaves it alone.
        this.#autoConverge = { ...this.#autoConverge, throttle: action.throttle, ceiling: action.throttle };
        break;
      case 'switchover':
        this.#isReleased = true;
        break;
      case 'post-copy':
        this.#remainingBytes = Math.min(this.#remainingBytes + this.#guest.sync(), this.#scenario.memoryBytes);
        this.#isPostCopy = true;
        break;
      case 'pause':
        this.#pausedAtMs = this.#atMs;
        break;
      case 'abort':
        this.#isAborted = true;
        break;
    }
  }

  #view(atPassBoundary: boolean): View {
    const { budget = {}, escalate = [], memoryBytes, monitor = false } = this.#scenario;
    const link = this.#linkRate?.bytesPerSecond;
    const dirtyBytes = this.#dirtyBytes;
    const last = this.#passes.at(-1);
    return {
      elapsedMs: this.#atMs,
      pass: this.#pass,
      atPassBoundary,
      syncs: this.#syncs,
      memoryTotalBytes: memoryBytes,
      memoryRemainingBytes: this.#remainingBytes,
      memoryProcessedBytes: this.#sentBytes,
      diskTotalBytes: 0,
      diskRemainingBytes: 0,
      dirtyBytes,
      linkBytesPerSecond: link,
      rawLinkBytesPerSecond: this.#linkRate?.rawBytesPerSecond,
      dirtiedBytesPerSecond: last === undefined ? undefined : (last.dirtiedBytes / last.durationMs) * 1000,
      expectedPauseMs:
        dirtyBytes === undefined || !link ? undefined : expectedPauseMs(dirtyBytes, link, this.#fixedPauseMs),
      fixedPauseMs: this.#fixedPauseMs,
      downtimeLimitMs: this.#limitMs,
      bandwidthBytesPerSecond: this.#cap,
      throttle: this.#autoConverge.throttle,
      passes: this.#passes,
      budget,
      escalate,
      can: {
        throttle: monitor,
        autoConverge: this.#settings.autoConverge !== undefined,
        postCopy: this.#settings.postCopy,
      },
      postCopyActive: this.#isPostCopy,
      paused: this.#pausedAtMs !== undefined,
    };
  }

  #note(notes: readonly Note[]): void {
    for (const note of notes) this.#notes.push({ ...note, atMs: this.#atMs });
  }

  #result(outcome: SimulationResult['outcome'], restMs: number): SimulationResult {
    const stoppedMs = this.#pausedAtMs === undefined ? 0 : this.#atMs - this.#pausedAtMs;
    const isCompleted = outcome === 'completed';
    return {
      outcome,
      totalMs: this.#atMs + restMs + (isCompleted && this.#isPostCopy ? this.#fixedPauseMs : 0),
      pauseMs: isCompleted ? (this.#isPostCopy ? this.#fixedPauseMs : stoppedMs + restMs) : 0,
      passes: this.#pass,
      syncs: this.#syncs,
      sentBytes: this.#sentBytes + (isCompleted && !this.#isPostCopy ? this.#remainingBytes : 0),
      lostMs: this.#lostMs,
      throttle: this.#autoConverge.throttle,
      isPostCopy: this.#isPostCopy,
      decisions: this.#decisions,
      notes: this.#notes,
    };
  }
}
