import { type Domain, DomainMigrateMaxSpeedFlags } from '../libvirt/index.js';
import { type Action, type Capabilities, DOWNTIME_LIMIT_MS } from '../policy/index.js';
import { withDeadline } from './deadline.js';
import { fineLimitMs, SWITCHOVER_MEBIBYTES_PER_SECOND } from './threshold.js';

const MEBIBYTE = 1024 * 1024;

/** What is in force: what the actuators have set, as far as libvirt took it. */
export interface Limits {
  downtimeLimitMs: number;
  /** Undefined when there is no cap. */
  bandwidthBytesPerSecond: number | undefined;
  postCopyActive: boolean;
  /** The guest was suspended on the source by an action. */
  paused: boolean;
}

/** libvirt's settings of the guest before the migration, to be put back where the guest stays. */
interface Settings {
  downtimeLimitMs: number;
  speedMebibytesPerSecond: number;
}

/** The lowest limit is not a figure but an intent, "as strict as can be": where the threshold is fine, QEMU then does not stop while anything is left. */
const STRICT_MS = DOWNTIME_LIMIT_MS.minimum;

/** 1 Gbit/s, until the first samples say better. */
const UNKNOWN_LINK_BYTES_PER_SECOND = 118e6;

/** A limit in milliseconds means other bytes once the link has changed by so much. */
const LINK_CHANGE = 0.1;

type Executed = Exclude<Action['kind'], 'continue' | 'abort'>;

export interface ActuatorOptions {
  /** The deadline of each call, in milliseconds. */
  callMs: number;
  can: Capabilities;
  /** The caller's cap on the memory stream. */
  bandwidthBytesPerSecond: number | undefined;
  /** Whether the migration was started with a fine threshold: limits are then told QEMU as the bytes that they stand for. */
  isFine: boolean;
}

/**
 * The things that can be changed while a guest migrates, each with a deadline, on the source's control connection. `continue` and
 * `abort` are not theirs: the one is nothing to do, the other is asked for where all aborts are.
 */
export class Actuators {
  readonly #guest: Domain;
  readonly #callMs: number;
  readonly #capabilities: Capabilities;
  readonly #limits: Limits;
  readonly #isFine: boolean;
  readonly #cap: number | undefined;
  #link: number | undefined;
  #linkAtLimit: number | undefined;
  #before: Settings | undefined;

  constructor(guest: Domain, { callMs, can, bandwidthBytesPerSecond, isFine }: ActuatorOptions) {
    this.#guest = guest;
    this.#callMs = callMs;
    this.#capabilities = can;
    this.#isFine = isFine;
    this.#cap = bandwidthBytesPerSecond;
    this.#limits = {
      downtimeLimitMs: DOWNTIME_LIMIT_MS.default,
      bandwidthBytesPerSecond,
      postCopyActive: false,
      paused: false,
    };
  }

  get limits(): Readonly<Limits> {
    return this.#limits;
  }

  get can(): Capabilities {
    return this.#capabilities;
  }

  /**
   * Keeps what was set before and sets the first downtime limit. libvirt forgets a limit that was set before the start when a job
   * ends, so the policy sets it again once the job runs; without this one a small guest would stop by QEMU's default before that.
   */
  async prepare(downtimeLimitMs: number | undefined): Promise<void> {
    const [limitMs, speed] = await this.#call(
      Promise.all([this.#guest.migrateGetMaxDowntime(), this.#guest.migrateGetMaxSpeed()]),
      'Reading the migration limits',
    );
    this.#before = { downtimeLimitMs: limitMs, speedMebibytesPerSecond: speed };
    if (downtimeLimitMs !== undefined) {
      await this.#call(this.#guest.migrateSetMaxDowntime(this.#toQemu(downtimeLimitMs)), 'Setting the downtime limit');
    }
  }

  /** Puts back what was set before: limits outlive a migration that failed. */
  async restore(): Promise<void> {
    if (this.#before === undefined) return;
    const { downtimeLimitMs, speedMebibytesPerSecond } = this.#before;
    await this.#call(this.#guest.migrateSetMaxDowntime(downtimeLimitMs), 'Restoring the downtime limit');
    await this.#call(this.#guest.migrateSetMaxSpeed(speedMebibytesPerSecond), 'Restoring the bandwidth');
  }

  /** Carries out an action; resolves when libvirt has taken it. */
  async apply(action: Extract<Action, { kind: Executed }>): Promise<void> {
    switch (action.kind) {
      case 'downtime-limit':
        await this.#setDowntimeLimit(action.limitMs);
        break;
      case 'bandwidth':
        await this.#setBandwidth(action.bytesPerSecond);
        break;
      case 'throttle':
        await this.#setThrottle(action.throttle);
        break;
      case 'switchover':
        await this.#setBandwidth(undefined);
        await this.#setDowntimeLimit(DOWNTIME_LIMIT_MS.maximum);
        break;
      case 'post-copy':
        await this.#call(this.#guest.migrateStartPostCopy(), 'Starting post-copy');
        this.#limits.postCopyActive = true;
        break;
      case 'pause':
        await this.#call(this.#guest.suspend(), 'Suspending the guest');
        this.#limits.paused = true;
        break;
    }
  }

  /** Takes note of the link's speed, for the limits that depend on it. A stream that is slowed on purpose says nothing about the link. */
  noteLink(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond !== undefined && bytesPerSecond > 0 && this.#limits.bandwidthBytesPerSecond === this.#cap) {
      this.#link = bytesPerSecond;
    }
  }

  /** The link's speed as it was noted last; undefined before. */
  get linkBytesPerSecond(): number | undefined {
    return this.#link;
  }

  /** QEMU's expected pause, which it reckons with the speed that it was told of, brought to that of the link. */
  expectedPauseMs(qemuMs: number | undefined): number | undefined {
    if (!this.#isFine || qemuMs === undefined) return qemuMs;
    return this.#link === undefined ? undefined : (qemuMs * SWITCHOVER_MEBIBYTES_PER_SECOND * MEBIBYTE) / this.#link;
  }

  /** The limit in force stands for other bytes now than when it was set. */
  get isLimitStale(): boolean {
    const [then, now] = [this.#linkAtLimit, this.#link];
    if (!this.#isFine || this.#limits.downtimeLimitMs <= STRICT_MS || now === undefined) return false;
    return then === undefined || Math.abs(now / then - 1) > LINK_CHANGE;
  }

  /** Says the limit in force anew, for the link as it is now. */
  async renewLimit(): Promise<void> {
    await this.#setDowntimeLimit(this.#limits.downtimeLimitMs);
  }

  async #setDowntimeLimit(limitMs: number): Promise<void> {
    await this.#call(this.#guest.migrateSetMaxDowntime(this.#toQemu(limitMs)), 'Setting the downtime limit');
    this.#limits.downtimeLimitMs = limitMs;
    this.#linkAtLimit = this.#link;
  }

  #toQemu(limitMs: number): number {
    if (!this.#isFine) return limitMs;
    return limitMs <= STRICT_MS ? STRICT_MS : fineLimitMs(limitMs, this.#link ?? UNKNOWN_LINK_BYTES_PER_SECOND);
  }

  /** libvirt counts in MiB per second, so a cap is rounded down, to 1 at least: 0 would mean no cap. */
  async #setBandwidth(bytesPerSecond: number | undefined): Promise<void> {
    const flags = this.#limits.postCopyActive ? DomainMigrateMaxSpeedFlags.POSTCOPY : 0;
    const mebibytes = bytesPerSecond === undefined ? 0 : Math.max(1, Math.floor(bytesPerSecond / MEBIBYTE));
    await this.#call(this.#guest.migrateSetMaxSpeed(mebibytes, flags), 'Setting the bandwidth');
    this.#limits.bandwidthBytesPerSecond = bytesPerSecond;
  }

  /**
   * QEMU throttles by its own rule; its bounds can be moved in flight, by the monitor alone. Bounds that meet leave it one value.
   * QEMU parameters: cpu-throttle-initial, cpu-throttle-increment, max-cpu-throttle.
   */
  async #setThrottle(throttle: number): Promise<void> {
    const percent = Math.round(throttle * 100);
    const bounds = { 'cpu-throttle-initial': Math.max(1, percent), 'max-cpu-throttle': Math.max(1, percent) };
    const command = { execute: 'migrate-set-parameters', arguments: bounds };
    await this.#call(this.#guest.qemuMonitorCommand(JSON.stringify(command)), 'Setting the throttle');
  }

  #call<T>(work: Promise<T>, what: string): Promise<T> {
    return withDeadline(work, this.#callMs, what);
  }
}
