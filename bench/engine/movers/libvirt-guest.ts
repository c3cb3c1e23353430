import type { Guest, Heartbeats, StartGuestOptions } from '../../../lib/lab/index.js';
import type { Domain } from '../../../lib/libvirt/index.js';
import type { BenchGuest, Contender, Evidence, Move, Route } from '../contender.js';
import { QuietJudge } from '../quiet.js';
import type { Stage } from '../stage.js';
import { nameOf, type Strategy } from '../strategy.js';
import { forecastByEngine, moveByEngine } from './engine.js';
import { moveByVirsh } from './virsh.js';

/** A guest of the lab, which libvirt runs. */
export class LibvirtGuest implements BenchGuest {
  readonly judge = new QuietJudge();
  readonly #stage: Stage;
  readonly #guest: Guest;
  #isResting = false;

  private constructor(stage: Stage, guest: Guest) {
    this.#stage = stage;
    this.#guest = guest;
  }

  /** Starts one and waits until its heart beats. */
  static async start(stage: Stage, options: StartGuestOptions, signal: AbortSignal): Promise<LibvirtGuest> {
    const guest = await stage.lab.startGuest(options);
    await guest.heartbeats.waitForFirst({ signal });
    return new LibvirtGuest(stage, guest);
  }

  get name(): string {
    return this.#guest.name;
  }

  get heartbeats(): Heartbeats {
    return this.#guest.heartbeats;
  }

  async place(): Promise<Route> {
    const { lab } = this.#stage;
    const found = await this.#guest.locate();
    const from = found[0];
    const to = lab.hosts.find((host) => host.name !== from?.name);
    if (found.length === 1 && from !== undefined && to !== undefined) return { from, to };
    throw new Error(`Guest ${this.name} is on ${found.length} hosts.`);
  }

  async rest(): Promise<void> {
    if (this.#isResting) return;
    await (await this.#domain()).suspend();
    this.#isResting = true;
  }

  async wake(): Promise<void> {
    if (!this.#isResting) return;
    await (await this.#domain()).resume();
    this.#isResting = false;
  }

  end(): Promise<void> {
    return this.#guest.destroy();
  }

  /** This guest as a strategy moves it. */
  contender(strategy: Exclude<Strategy, { by: 'qmp' }>): Contender {
    return {
      name: nameOf(strategy),
      guest: this,
      clock: this.#stage.clock,
      move: async (route, signal) =>
        strategy.by === 'engine'
          ? moveByEngine(this.name, route, strategy, signal)
          : moveByVirsh(await this.#domain(), route, strategy.flags, signal),
      ...(strategy.by === 'engine' ? { forecast: (route: Route) => forecastByEngine(this.name, route, strategy) } : {}),
      evidence: (route, move) => this.#evidence(route, move),
    };
  }

  #evidence({ from, to }: Route, { startNs, epochNs }: Move): Evidence {
    const { witness, monitor } = this.#stage;
    const { stoppedNs, resumedNs, job } = witness.testimony(this.name, from.name, to.name, startNs);
    return {
      pauseMs: stoppedNs === undefined || resumedNs === undefined ? undefined : Number(resumedNs - stoppedNs) / 1e6,
      wasStopped: stoppedNs !== undefined,
      qemuEvents: monitor.eventsOf(this.name, epochNs),
      libvirtMs: job?.downtimeMs,
    };
  }

  async #domain(): Promise<Domain> {
    const { from } = await this.place();
    return this.#stage.connection(from.name).domainLookupByName(this.name);
  }
}
