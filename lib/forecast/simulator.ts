import { type Action, DOWNTIME_LIMIT_MS, expectedPauseMs, type View } from '../policy/index.js';
import { type AutoConverge, autoConvergeAtSync, NO_THROTTLE } from './auto-converge.js';
import { GuestMemory } from './guest.js';
import { PassLog } from './pass-log.js';
import type { Scenario, SimulationResult } from './simulation.js';
import { Steersman } from './steersman.js';
import { MemoryStream, WINDOW_MS } from './stream.js';

/** With auto-converge QEMU syncs as often even in mid-pass, but not in the first pass, in milliseconds. */
const AUTO_CONVERGE_SYNC_MS = 5000;
/** The engine samples as often near the end, in milliseconds. Here that matters for the landing alone. */
const NEAR_SAMPLE_MS = 20;
/** The landing begins no earlier than when what is left could be sent within this time, in milliseconds. */
const NEAR_MS = 120;
/**
 * QEMU sends for so long, or until nothing is left, before it looks whether a pass is over, in milliseconds; but no sooner than a full socket has
 * taken the last of it, which it does once it has sent so many bytes: passes of 60, 120, 180 … ms were seen on a link of 1 Gbit/s.
 */
const ITERATION = { milliseconds: 50, socketBytes: 1.2e6 };
/** So many bytes at the end of the first pass are zeros at least; of the lab's guests it was up to 2 MB. */
const LAST_ZERO_BYTES = 0.3e6;
const HOUR_MS = 3_600_000;

/**
 * Runs a policy against a simulated migration: QEMU's decisions (windows of 100 ms, threshold = bandwidth × limit, a sync before each stop,
 * auto-converge) and the engine's soft landing over a guest whose dirty memory grows as the model says. Pure and deterministic: the same
 * scenario always gives the same result.
 */
export function simulate(scenario: Scenario): SimulationResult {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #guest: GuestMemory;
  readonly #stream: MemoryStream;
  readonly #steersman: Steersman;
  readonly #passes: PassLog;
  readonly #fixedPauseMs: number;
  readonly #postCopyPauseMs: number;
  readonly #syncMs: number;
  /** Zeros at the very end of the first pass: left at their full size, and nothing to send. */
  readonly #zeroBytes: number;
  #atMs = 0;
  #remainingBytes: number;
  #syncs = 1;
  #syncsAtTimer = 1;
  #syncedAtMs = 0;
  #limitMs: number;
  #autoConverge: AutoConverge = NO_THROTTLE;
  /** Set through the monitor, and in force from the next sync on. */
  #wantedThrottle: number | undefined;
  #stallLeftMs = 0;
  #lostMs = 0;
  #pausedAtMs: number | undefined;
  #isPostCopy = false;
  #isReleased = false;
  #isAborted = false;

  constructor(scenario: Scenario) {
    const { fixedPauseMs = 50, postCopyPauseMs = fixedPauseMs, syncMs = 2, isForecast = false, known } = scenario;
    this.#scenario = scenario;
    this.#guest = new GuestMemory(scenario.workload, scenario.memoryBytes);
    this.#stream = new MemoryStream(scenario.link);
    this.#fixedPauseMs = fixedPauseMs;
    this.#postCopyPauseMs = postCopyPauseMs;
    this.#syncMs = syncMs;
    this.#remainingBytes = scenario.usedBytes ?? scenario.memoryBytes;
    this.#zeroBytes = Math.min(scenario.memoryBytes - this.#remainingBytes, LAST_ZERO_BYTES);
    this.#passes = new PassLog(this.#remainingBytes);
    const { linkBytesPerSecond } = this.#stream;
    const dirtiedBytesPerSecond = this.#guest.dirtiedInBytes(1000);
    this.#steersman = new Steersman(
      scenario,
      known ?? (isForecast ? { linkBytesPerSecond, dirtiedBytesPerSecond } : {}),
    );
    this.#limitMs = this.#steersman.settings.downtimeLimitMs ?? DOWNTIME_LIMIT_MS.default;
  }

  run(): SimulationResult {
    const { sampleMs = WINDOW_MS, endMs = HOUR_MS } = this.#scenario;
    let nextWindowMs = WINDOW_MS;
    let nextSampleMs = sampleMs;
    let nextTimerMs = AUTO_CONVERGE_SYNC_MS;
    let nextLookMs = this.#iterationMs;
    this.#decide(false);
    while (this.#atMs < endMs && !this.#isAborted) {
      const isLooking = this.#atMs >= nextLookMs || this.#remainingBytes <= 0;
      if (this.#isReleased || (isLooking && this.#remainingBytes <= this.#threshold())) {
        const endedAtMs = this.#atMs;
        if (this.#endPass()) return this.#result('completed', this.#rest());
        this.#decide(!this.#isPostCopy);
        if (this.#isNear()) nextSampleMs = Math.min(nextSampleMs, this.#atMs + NEAR_SAMPLE_MS);
        // The stream goes on through the sync, and it is the stream that takes the time.
        nextLookMs = endedAtMs + this.#iterationMs;
        continue;
      }
      if (isLooking) nextLookMs = this.#atMs + this.#iterationMs;
      const emptyMs = this.#atMs + this.#remainingBytes / (this.#stream.bytesPerSecond / 1000);
      const { nextChangeMs } = this.#stream;
      const nextMs = Math.min(emptyMs, nextLookMs, nextWindowMs, nextSampleMs, nextTimerMs, endMs, nextChangeMs);
      // A sync may have taken longer than it was to one of these.
      const untilMs = Math.max(nextMs, this.#atMs);
      this.#advance(untilMs);
      if (untilMs >= emptyMs) this.#remainingBytes = 0;
      if (untilMs >= nextWindowMs) {
        this.#stream.closeWindow();
        nextWindowMs += WINDOW_MS;
      }
      if (untilMs >= nextTimerMs) {
        this.#onTimer();
        nextTimerMs += AUTO_CONVERGE_SYNC_MS;
      }
      if (untilMs >= nextSampleMs) {
        this.#decide(false);
        nextSampleMs += this.#isNear() ? Math.min(sampleMs, NEAR_SAMPLE_MS) : sampleMs;
      }
    }
    return this.#result(this.#isAborted ? 'aborted' : 'unfinished', 0);
  }

  get #iterationMs(): number {
    const { linkBytesPerSecond: link } = this.#stream;
    // A link that is cut takes nothing at all: what is to come then hangs on when it is mended.
    return ITERATION.milliseconds + (link > 0 ? (ITERATION.socketBytes / link) * 1000 : 0);
  }

  #isNear(): boolean {
    if (!this.#steersman.mayLand) return false;
    return this.#remainingBytes <= (this.#stream.linkBytesPerSecond / 1000) * NEAR_MS;
  }

  /** A sync at the end of a pass; true when QEMU stops the guest now, or has sent everything in post-copy. */
  #endPass(): boolean {
    if (this.#isPostCopy) return this.#remainingBytes <= 0;
    // The guest stands still meanwhile, while the stream goes on with what is left.
    this.#remainingBytes -= this.#stream.send(this.#atMs + this.#syncMs, this.#remainingBytes);
    this.#atMs += this.#syncMs;
    const sinceSyncMs = this.#atMs - this.#syncedAtMs;
    const found = this.#sync();
    this.#remainingBytes = this.#joined(found);
    // In a pass so short that no window was closed yet QEMU has no bandwidth to decide by; it goes on.
    if (this.#isReleased || this.#remainingBytes < this.#threshold()) return true;
    this.#passes.next(this.#atMs, this.#remainingBytes, found, sinceSyncMs);
    return false;
  }

  #sync(): number {
    const found = this.#guest.sync();
    this.#stallLeftMs = this.#scenario.stallMs ?? 0;
    const { autoConverge } = this.#steersman.settings;
    this.#syncs += 1;
    this.#syncedAtMs = this.#atMs;
    if (autoConverge !== undefined) {
      const { sentBytes } = this.#stream;
      this.#autoConverge = autoConvergeAtSync(this.#autoConverge, autoConverge, this.#atMs, sentBytes, found);
    }
    if (this.#wantedThrottle !== undefined) {
      // Through the monitor the ceiling goes with it, so that QEMU's own rule leaves it alone.
      this.#autoConverge = { ...this.#autoConverge, throttle: this.#wantedThrottle, ceiling: this.#wantedThrottle };
      this.#wantedThrottle = undefined;
    }
    return found;
  }

  /** What is left to send once pages were found dirty, of which some were left to be sent anyway. */
  #joined(foundBytes: number): number {
    const passBytes = this.#passes.bytes;
    const unsentShare = Math.min(this.#remainingBytes / Math.max(passBytes, 1), 1);
    const known = this.#guest.overlapBytes(foundBytes, passBytes) * unsentShare;
    return Math.min(this.#remainingBytes + foundBytes - known, this.#scenario.memoryBytes);
  }

  /** The extra sync of auto-converge, which adds to the pass under way. */
  #onTimer(): void {
    const isDue =
      this.#steersman.settings.autoConverge !== undefined &&
      this.#passes.number > 1 &&
      this.#syncs === this.#syncsAtTimer &&
      !this.#isPostCopy;
    if (isDue) this.#remainingBytes = this.#joined(this.#sync());
    this.#syncsAtTimer = this.#syncs;
  }

  #advance(untilMs: number): void {
    const milliseconds = untilMs - this.#atMs;
    this.#atMs = untilMs;
    this.#remainingBytes -= this.#stream.send(untilMs, this.#remainingBytes);
    if (this.#pausedAtMs !== undefined || this.#isPostCopy) return;
    const stalledMs = Math.min(this.#stallLeftMs, milliseconds);
    this.#stallLeftMs -= stalledMs;
    this.#guest.run(milliseconds - stalledMs, this.#autoConverge.throttle);
    this.#lostMs += milliseconds * this.#autoConverge.throttle;
  }

  /** What QEMU takes for little enough to stop the guest, in bytes. */
  #threshold(): number {
    return this.#isPostCopy ? 0 : this.#stream.sendableBytes(this.#limitMs);
  }

  /** The pause for the bytes that are left when the guest stops, in milliseconds. QEMU lifts a cap then. */
  #rest(): number {
    if (this.#isPostCopy) return 0;
    return this.#fixedPauseMs + (this.#remainingBytes / Math.max(this.#stream.linkBytesPerSecond, 1)) * 1000;
  }

  #decide(atPassBoundary: boolean): void {
    for (const action of this.#steersman.decide(this.#view(atPassBoundary))) this.#perform(action);
  }

  #view(atPassBoundary: boolean): View {
    const { budget = {}, escalate = [], memoryBytes } = this.#scenario;
    const { rate, sentBytes, cap } = this.#stream;
    const { dirtyBytes, dirtiedBytesPerSecond } = this.#passes;
    const link = rate?.bytesPerSecond;
    // One literal, since a thousand of these are made for each simulated minute.
    return {
      elapsedMs: this.#atMs,
      pass: this.#passes.number,
      atPassBoundary,
      syncs: this.#syncs,
      memoryTotalBytes: memoryBytes,
      memoryRemainingBytes: this.#remainingBytes + (this.#passes.number === 1 ? this.#zeroBytes : 0),
      memoryProcessedBytes: sentBytes,
      diskTotalBytes: 0,
      diskRemainingBytes: 0,
      dirtyBytes,
      linkBytesPerSecond: link,
      rawLinkBytesPerSecond: rate?.rawBytesPerSecond,
      dirtiedBytesPerSecond,
      expectedPauseMs:
        dirtyBytes === undefined || !link ? undefined : expectedPauseMs(dirtyBytes, link, this.#fixedPauseMs),
      fixedPauseMs: this.#fixedPauseMs,
      downtimeLimitMs: this.#limitMs,
      bandwidthBytesPerSecond: cap,
      throttle: this.#autoConverge.throttle,
      passes: this.#passes.finished,
      budget,
      escalate,
      can: this.#steersman.can,
      postCopyActive: this.#isPostCopy,
      paused: this.#pausedAtMs !== undefined,
    };
  }

  #perform(action: Action): void {
    switch (action.kind) {
      case 'downtime-limit':
        this.#limitMs = action.limitMs;
        break;
      case 'bandwidth':
        this.#stream.cap = action.bytesPerSecond;
        break;
      case 'throttle':
        this.#wantedThrottle = action.throttle;
        break;
      case 'switchover':
        this.#isReleased = true;
        break;
      case 'post-copy':
        this.#remainingBytes = this.#joined(this.#guest.sync());
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

  #result(outcome: SimulationResult['outcome'], restMs: number): SimulationResult {
    const stoppedMs = this.#pausedAtMs === undefined ? 0 : this.#atMs - this.#pausedAtMs;
    const isCompleted = outcome === 'completed';
    const { decisions, notes } = this.#steersman;
    return {
      outcome,
      totalMs: this.#atMs + restMs + (isCompleted && this.#isPostCopy ? this.#postCopyPauseMs : 0),
      pauseMs: isCompleted ? (this.#isPostCopy ? this.#postCopyPauseMs : stoppedMs + restMs) : 0,
      passes: this.#passes.number,
      syncs: this.#syncs,
      sentBytes: this.#stream.sentBytes + (isCompleted && !this.#isPostCopy ? this.#remainingBytes : 0),
      lostMs: this.#lostMs,
      throttle: this.#autoConverge.throttle,
      isPostCopy: this.#isPostCopy,
      decisions,
      notes,
    };
  }
}
