import { ensureGuestFiles } from '../../../lib/lab/guest/index.js';
import type { PlainQemuOptions } from '../../../lib/lab/guest/plain/qemu-arguments.js';
import { eventTimeNs, type QmpEvent } from '../../../lib/lab/guest/plain/qmp.js';
import type { Heartbeats, StartGuestOptions } from '../../../lib/lab/index.js';
import { HEARTBEAT_PORT } from '../../../lib/lab/lifecycle/start-guest.js';
import { CLIENT } from '../../../lib/lab/names.js';
import { addressOf, guestAddress, guestMac, NETWORKS, nicOf, planNics } from '../../../lib/lab/network/plan.js';
import { type BenchGuest, type Contender, type Ending, type Evidence, type Route, timed } from '../contender.js';
import { type QemuEvent, qemuPause } from '../qemu-events.js';
import { QuietJudge } from '../quiet.js';
import type { Stage } from '../stage.js';
import { nameOf, type Strategy } from '../strategy.js';
import { BareQemu } from './bare-qemu.js';

/** The number of this guest: far above those that the lab gives. */
const ID = 0xf000;

/** Where a guest arrives; libvirt's own ports begin at 49152. */
const INCOMING_PORT = 4444;

/** QEMU's default is 128 MiB/s; libvirt takes the limit away, and so is it here. */
const UNLIMITED_BYTES_PER_SECOND = 2 ** 40;

const EVENT_TIMEOUT_MS = 120_000;

/** The same guest without libvirt: QEMU on one host and QEMU on the other, driven over QMP. The floor of what a controller can reach. */
export class BareGuest implements BenchGuest {
  readonly name = 'bare-qemu';
  readonly judge = new QuietJudge();
  readonly heartbeats: Heartbeats;
  readonly #stage: Stage;
  readonly #options: PlainQemuOptions;
  #qemu: BareQemu;
  #events: QemuEvent[] = [];
  #isResting = false;

  private constructor(stage: Stage, options: PlainQemuOptions, qemu: BareQemu, heartbeats: Heartbeats) {
    this.#stage = stage;
    this.#options = options;
    this.#qemu = qemu;
    this.heartbeats = heartbeats;
  }

  static async start(stage: Stage, options: StartGuestOptions, signal: AbortSignal): Promise<BareGuest> {
    const { lab } = stage;
    const nics = planNics(lab.hosts.map(({ name }) => name));
    const qemuOptions: PlainQemuOptions = {
      ...{ kind: options.kind, memoryBytes: options.memoryBytes, workload: options.workload },
      ...{ accelerator: 'tcg', id: ID, mac: guestMac(ID), address: guestAddress(ID), files: await ensureGuestFiles() },
      prefixBits: NETWORKS.guest.prefixLength,
      client: {
        address: addressOf(nics, CLIENT, 'guest'),
        port: HEARTBEAT_PORT,
        mac: nicOf(nics, CLIENT, 'guest').mac,
      },
    };
    const heartbeats = (await lab.probe).heartbeats(ID);
    const guest = new BareGuest(stage, qemuOptions, await BareQemu.start(lab.host('a'), qemuOptions), heartbeats);
    await heartbeats.waitForFirst({ signal });
    return guest;
  }

  async place(): Promise<Route> {
    const from = this.#qemu.host;
    const to = this.#stage.lab.hosts.find((host) => host.name !== from.name);
    if (to === undefined) throw new TypeError('A lab of two hosts is needed.');
    return { from, to };
  }

  async rest(): Promise<void> {
    if (!this.#isResting) await this.#qemu.qmp.execute('stop');
    this.#isResting = true;
  }

  async wake(): Promise<void> {
    if (this.#isResting) await this.#qemu.qmp.execute('cont');
    this.#isResting = false;
  }

  async end(): Promise<void> {
    await this.#qemu.end();
    (await this.#stage.lab.probe).forget(ID);
  }

  contender(strategy: Extract<Strategy, { by: 'qmp' }>): Contender {
    return {
      name: nameOf(strategy),
      guest: this,
      clock: undefined,
      move: (route) => timed(() => this.#move(route, strategy.downtimeLimitMs)),
      evidence: (route) => this.#evidence(route),
    };
  }

  async #move({ to }: Route, downtimeLimitMs: number): Promise<Ending> {
    // libvirt starts the destination's QEMU within its migration, too.
    const uri = `tcp:${to.address('migration')}:${INCOMING_PORT}`;
    const source = this.#qemu;
    const destination = await BareQemu.start(to, this.#options, uri);
    try {
      const limits = { 'downtime-limit': downtimeLimitMs, 'max-bandwidth': UNLIMITED_BYTES_PER_SECOND };
      await source.qmp.execute('migrate-set-parameters', limits);
      const stopped = source.qmp.next('STOP', { timeoutMs: EVENT_TIMEOUT_MS });
      const resumed = destination.qmp.next('RESUME', { timeoutMs: EVENT_TIMEOUT_MS });
      await source.qmp.execute('migrate', { uri });
      const events = await Promise.all([stopped, resumed]);
      this.#events = [seen(source, events[0]), seen(destination, events[1])];
    } catch (error) {
      await destination.end();
      return { outcome: 'failed', reason: String(error), engine: undefined };
    }
    this.#qemu = destination;
    await source.end();
    return { outcome: 'completed', reason: undefined, engine: undefined };
  }

  #evidence({ from, to }: Route): Evidence {
    const { pauseMs } = qemuPause(this.#events, from.name, to.name);
    return { pauseMs, wasStopped: pauseMs !== undefined, qemuEvents: this.#events, libvirtMs: undefined };
  }
}

function seen(qemu: BareQemu, event: QmpEvent): QemuEvent {
  return { host: qemu.host.name, guest: 'bare-qemu', name: event.event, atNs: eventTimeNs(event) };
}
