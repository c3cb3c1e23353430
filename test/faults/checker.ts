import type { Guest, Host, Lab } from '../../lib/lab/index.js';

/** How often both hosts are looked at, in milliseconds. */
const INTERVAL_MS = 20;

/** What was seen from outside while something was broken and mended. */
export interface Checked {
  /** Looks at both hosts that succeeded. */
  looks: number;
  /** Moments at which the guest ran on both hosts, by what their daemons say. */
  twice: string[];
  /** Heartbeats that came more than once: a guest that runs on two hosts sends them. */
  beatsDuplicated: number;
  badPages: number;
}

/**
 * Samples both hosts while a test goes on, with connections of its own: never two. The destination is asked first, since what runs there
 * has been stopped on the source before.
 */
export class Checker implements AsyncDisposable {
  readonly #guest: Guest;
  readonly #hosts: readonly Host[];
  readonly #fromNs = process.hrtime.bigint();
  readonly #over = new AbortController();
  readonly #twice: string[] = [];
  readonly #sampling: Promise<void>;
  #looks = 0;

  constructor(lab: Lab, guest: Guest, destination: Host) {
    this.#guest = guest;
    this.#hosts = [destination, ...lab.hosts.filter((host) => host !== destination)];
    this.#sampling = this.#sample();
  }

  async stop(): Promise<Checked> {
    await this[Symbol.asyncDispose]();
    const { beatsDuplicated, badPages } = this.#guest.heartbeats.analyse({ fromNs: this.#fromNs });
    return { looks: this.#looks, twice: this.#twice, beatsDuplicated, badPages };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#sampling;
  }

  async #sample(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const running: string[] = [];
      for (const host of this.#hosts) if (await this.#runsOn(host)) running.push(host.name);
      if (running.length > 1) this.#twice.push(running.join(' and '));
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  async #runsOn(host: Host): Promise<boolean> {
    try {
      await using connection = await host.connect({ keepAlive: false });
      const domain = await connection.domainLookupByName(this.#guest.name);
      const { state } = await domain.getState();
      this.#looks += 1;
      return state === 'running';
    } catch {
      // It is not there, or its daemon is not: then nothing can be said.
      return false;
    }
  }
}
