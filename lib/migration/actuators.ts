import { type Domain, DomainMigrateMaxSpeedFlags } from '../libvirt/index.js';
import { type Action, type Capabilities, DOWNTIME_LIMIT_MS } from '../policy/index.js';
import { withDeadline } from './deadline.js';
import { sleep } from './sampler.js';

const MEBIBYTE = 1024 * 1024;
/** What libvirt says of a stream without a cap, besides 0, in MiB per second: QEMU_DOMAIN_MIG_BANDWIDTH_MAX. */
const UNCAPPED_MEBIBYTES = Math.floor(2 ** 63 / MEBIBYTE) - 1;

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

/** QEMU's parameters by which the throttle is set in flight. */
const THROTTLE_BOUNDS = ['cpu-throttle-initial', 'max-cpu-throttle'] as const;

/** What libvirt says of a guest's speed, in MiB per second, as a cap in bytes per second. */
function capOf(mebibytes: number): number | undefined {
  return mebibytes > 0 && mebibytes < UNCAPPED_MEBIBYTES ? mebibytes * MEBIBYTE : undefined;
}

/** libvirt forgets a speed that was set during a job, but not this limit: the lowest is what a run that was killed has left, and nobody's wish. */
function isLeftOver(limitMs: number): boolean {
  return limitMs <= DOWNTIME_LIMIT_MS.minimum;
}

type Executed = Exclude<Action['kind'], 'continue' | 'abort'>;

/**
 * The things that can be changed while a guest migrates, each with a deadline, on the source's control connection. `continue` and
 * `abort` are not theirs: the one is nothing to do, the other is asked for where all aborts are.
 */
export class Actuators {
  readonly #guest: () => Promise<Domain>;
  readonly #callMs: number;
  readonly #capabilities: Capabilities;
  readonly #limits: Limits;
  #startingBandwidthBytesPerSecond: number | undefined;
  #before: Settings | undefined;
  /** QEMU's bounds of the throttle as they were, once they have been changed: libvirt does not put back what it does not know. */
  #boundsBefore: object | undefined;

  /**
   * @param guest - the guest on a connection that stands
   * @param bandwidthBytesPerSecond - the caller's cap on the stream
   */
  constructor(
    guest: () => Promise<Domain>,
    callMs: number,
    capabilities: Capabilities,
    bandwidthBytesPerSecond: number | undefined,
  ) {
    this.#guest = guest;
    this.#callMs = callMs;
    this.#startingBandwidthBytesPerSecond = bandwidthBytesPerSecond;
    this.#capabilities = capabilities;
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

  /** The cap with which the job starts, in bytes per second: the caller's, or libvirt's own setting of the guest; undefined when there is none. */
  get startingBandwidthBytesPerSecond(): number | undefined {
    return this.#startingBandwidthBytesPerSecond;
  }

  /** The guest's own downtime limit, as it was before the migration, in milliseconds. */
  get ownDowntimeLimitMs(): number {
    return this.#before?.downtimeLimitMs ?? DOWNTIME_LIMIT_MS.default;
  }

  get can(): Capabilities {
    return this.#capabilities;
  }

  /**
   * Keeps what was set before and sets the first downtime limit, which is in force from the job's start: a small guest would stop by QEMU's
   * default before anything can be set in flight.
   *
   * @param downtimeLimitMs - undefined keeps the guest's own
   */
  async prepare(downtimeLimitMs: number | undefined): Promise<void> {
    const { downtimeLimitMs: limitMs, speedMebibytesPerSecond } = await this.#read();
    const beforeMs = isLeftOver(limitMs) ? DOWNTIME_LIMIT_MS.default : limitMs;
    this.#before = { downtimeLimitMs: beforeMs, speedMebibytesPerSecond };
    this.#startingBandwidthBytesPerSecond ??= capOf(speedMebibytesPerSecond);
    this.#limits.bandwidthBytesPerSecond = this.#startingBandwidthBytesPerSecond;
    this.#limits.downtimeLimitMs = limitMs;
    const wantedMs = downtimeLimitMs ?? beforeMs;
    if (wantedMs !== limitMs) await this.#setDowntimeLimit(wantedMs);
  }

  /** Sets the downtime limit again if it is not in force any more: libvirt puts limits back when a job ends, which may be one before this. */
  async confirmDowntimeLimit(): Promise<void> {
    const { downtimeLimitMs } = this.#limits;
    const limitMs = await this.#readDowntimeLimit();
    if (limitMs !== downtimeLimitMs) await this.#setDowntimeLimit(downtimeLimitMs);
  }

  /** Learns what another process has set, and resolves with that. */
  async lookUp(): Promise<Readonly<Limits>> {
    const { downtimeLimitMs, speedMebibytesPerSecond } = await this.#read();
    this.#limits.downtimeLimitMs = downtimeLimitMs;
    this.#limits.bandwidthBytesPerSecond = capOf(speedMebibytesPerSecond);
    return { ...this.#limits };
  }

  /** Puts back what was set before: limits outlive a migration that failed. */
  async restore(): Promise<void> {
    if (this.#before === undefined) return;
    const { downtimeLimitMs, speedMebibytesPerSecond } = this.#before;
    const bounds = this.#boundsBefore;
    const restored = await Promise.allSettled([
      ...(bounds === undefined
        ? []
        : [this.#monitor('migrate-set-parameters', bounds, "Restoring the throttle's bounds")]),
      this.#call((guest) => guest.migrateSetMaxDowntime(downtimeLimitMs), 'Restoring the downtime limit'),
      this.#call((guest) => guest.migrateSetMaxSpeed(speedMebibytesPerSecond), 'Restoring the bandwidth'),
    ]);
    for (const result of restored) if (result.status === 'rejected') throw result.reason;
  }

  /**
   * Puts QEMU's default in the place of a downtime limit that another process has left behind.
   *
   * @param graceMs - how long that process is given to put back what was before, if it lives, in milliseconds
   */
  async mendDowntimeLimit(graceMs: number): Promise<void> {
    if (!isLeftOver(await this.#readDowntimeLimit())) return;
    await sleep(graceMs);
    const { type } = await this.#call((guest) => guest.getJobStats(0), 'Asking for a job');
    // It may have started the next one meanwhile.
    if (type !== 'none' || !isLeftOver(await this.#readDowntimeLimit())) return;
    await this.#setDowntimeLimit(DOWNTIME_LIMIT_MS.default);
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
        await this.#call((guest) => guest.migrateStartPostCopy(), 'Starting post-copy');
        this.#limits.postCopyActive = true;
        break;
      case 'pause':
        await this.#call((guest) => guest.suspend(), 'Suspending the guest');
        this.#limits.paused = true;
        break;
    }
  }

  #read(): Promise<Settings> {
    return this.#call(async (guest) => {
      const [downtimeLimitMs, speed] = await Promise.all([guest.migrateGetMaxDowntime(), guest.migrateGetMaxSpeed()]);
      return { downtimeLimitMs, speedMebibytesPerSecond: speed };
    }, 'Reading the migration limits');
  }

  #readDowntimeLimit(): Promise<number> {
    return this.#call((guest) => guest.migrateGetMaxDowntime(), 'Reading the downtime limit');
  }

  async #setDowntimeLimit(limitMs: number): Promise<void> {
    await this.#call((guest) => guest.migrateSetMaxDowntime(limitMs), 'Setting the downtime limit');
    this.#limits.downtimeLimitMs = limitMs;
  }

  /** libvirt counts in MiB per second, so a cap is rounded down, to 1 at least: 0 would mean no cap. */
  async #setBandwidth(bytesPerSecond: number | undefined): Promise<void> {
    const flags = this.#limits.postCopyActive ? DomainMigrateMaxSpeedFlags.POSTCOPY : 0;
    const mebibytes = bytesPerSecond === undefined ? 0 : Math.max(1, Math.floor(bytesPerSecond / MEBIBYTE));
    await this.#call((guest) => guest.migrateSetMaxSpeed(mebibytes, flags), 'Setting the bandwidth');
    this.#limits.bandwidthBytesPerSecond = bytesPerSecond;
  }

  /**
   * QEMU throttles by its own rule; its bounds can be moved in flight, by the monitor alone. Bounds that meet leave it one value.
   * QEMU parameters: cpu-throttle-initial, cpu-throttle-increment, max-cpu-throttle.
   */
  async #setThrottle(throttle: number): Promise<void> {
    const percent = Math.round(throttle * 100);
    this.#boundsBefore ??= await this.#throttleBounds();
    const bounds = Object.fromEntries(THROTTLE_BOUNDS.map((name) => [name, Math.max(1, percent)]));
    await this.#monitor('migrate-set-parameters', bounds, 'Setting the throttle');
  }

  /** QEMU command: query-migrate-parameters. */
  async #throttleBounds(): Promise<object> {
    const parameters = Object(await this.#monitor('query-migrate-parameters', {}, "Asking for the throttle's bounds"));
    return Object.fromEntries(
      THROTTLE_BOUNDS.flatMap((name) => (name in parameters ? [[name, Reflect.get(parameters, name)]] : [])),
    );
  }

  /** What QEMU returns to a command of its own protocol. */
  async #monitor(execute: string, given: object, what: string): Promise<unknown> {
    const command = JSON.stringify({ execute, arguments: given });
    const answer: unknown = JSON.parse(await this.#call((guest) => guest.qemuMonitorCommand(command), what));
    return Reflect.get(Object(answer), 'return');
  }

  #call<T>(work: (guest: Domain) => Promise<T>, what: string): Promise<T> {
    return withDeadline(this.#guest().then(work), this.#callMs, what);
  }
}
