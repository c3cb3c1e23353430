import { once } from 'node:events';
import type { Test } from 'tap';
import { type Guest, type Host, Lab } from '../../lib/lab/index.js';
import {
  type DeadlineOptions,
  type MigrateOptions,
  type Migration,
  type MigrationEventType,
  migrate,
} from '../../lib/migration/index.js';
import { Checker } from '../faults/checker.js';
import { useOwnState } from '../lab/lab-state.js';
import { moveOptions, startWriter, stillBeats, virshSees } from '../lab/moving.js';

/** A host that is off is given up soon. */
const IMPATIENT: DeadlineOptions = { connectMs: 3000, callMs: 3000, settleMs: 500 };

/** Slow enough that a guest of 256 MiB is in pre-copy for seconds. */
const SLOW = { bitsPerSecond: 200e6 };

/** Resolves at an event of the migration; the guest's, when `side` and its name are given. */
export async function eventOf(migration: Migration, type: MigrationEventType, which: object = {}): Promise<void> {
  for (;;) {
    const [event] = await once(migration, type);
    if (Object.entries(which).every(([key, value]) => Reflect.get(Object(event), key) === value)) return;
  }
}

/** Two hosts, a guest that is to go from `a` to `b`, and somebody who watches that it never runs twice. */
export class FaultScene implements AsyncDisposable {
  readonly lab: Lab;
  readonly a: Host;
  readonly b: Host;
  readonly guest: Guest;
  readonly #checker: Checker;

  private constructor(lab: Lab, guest: Guest) {
    this.lab = lab;
    this.a = lab.host('a');
    this.b = lab.host('b');
    this.guest = guest;
    this.#checker = new Checker(lab, guest, this.b);
  }

  static async start(t: Test, name: string, bytesPerSecond = 5e6): Promise<FaultScene> {
    useOwnState(t);
    const lab = await Lab.start({ link: SLOW });
    try {
      return new FaultScene(lab, await startWriter(lab, name, bytesPerSecond));
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  /** What `adopt()` needs. */
  get whereabouts() {
    return { source: this.a.endpoint, destination: this.b.endpoint, domain: this.guest.name };
  }

  /** What `resolve()` needs, to give a host that is off up soon: not for hosts that answer, since a busy machine takes its time. */
  get impatient() {
    return { ...this.whereabouts, deadlines: { connectMs: 3000, callMs: 3000 } };
  }

  migrate(more: Pick<MigrateOptions, 'policy'> = {}): Migration {
    return migrate({ ...moveOptions(this.guest.name, this.a, this.b), deadlines: IMPATIENT, ...more });
  }

  /** The invariant: the guest runs there and nowhere else, it is whole, and it never ran twice. */
  async runsOn(t: Test, host: Host): Promise<void> {
    t.same(await virshSees(this.guest.name, this.lab.hosts), [host.name]);
    t.match(await stillBeats(this.guest), { badPages: 0, clockWentBack: false });
    t.match(await this.#checker.stop(), { twice: [], beatsDuplicated: 0, badPages: 0 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#checker[Symbol.asyncDispose]();
    await this.lab.stop();
  }
}
