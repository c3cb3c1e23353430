import { Lab } from '../../lib/lab/index.js';
import type { Connection } from '../../lib/libvirt/index.js';
import { ProcessorClock } from './control-cost.js';
import { MonitorWatch } from './monitor.js';
import { LifecycleWitness } from './witness.js';

export const LINK_BITS_PER_SECOND = 1e9;

/** The lab that everything is measured in, with its witnesses. */
export class Stage implements AsyncDisposable {
  readonly lab: Lab;
  /** One to each host, by its name. */
  readonly connections: ReadonlyMap<string, Connection>;
  readonly witness: LifecycleWitness;
  readonly monitor: MonitorWatch;
  /** Of this process and of the hosts' daemons. */
  readonly clock: ProcessorClock;

  private constructor(
    lab: Lab,
    connections: ReadonlyMap<string, Connection>,
    witness: LifecycleWitness,
    monitor: MonitorWatch,
    clock: ProcessorClock,
  ) {
    this.lab = lab;
    this.connections = connections;
    this.witness = witness;
    this.monitor = monitor;
    this.clock = clock;
  }

  /** Two hosts and a link of 1 Gbit/s. */
  static async start(signal: AbortSignal): Promise<Stage> {
    const lab = await Lab.start({ link: { bitsPerSecond: LINK_BITS_PER_SECOND }, signal });
    const connections = new Map<string, Connection>();
    try {
      for (const host of lab.hosts) connections.set(host.name, await host.connect());
      const witness = await LifecycleWitness.start(connections);
      const monitor = await MonitorWatch.start(lab.hosts);
      return new Stage(lab, connections, witness, monitor, await ProcessorClock.ofLab(lab));
    } catch (error) {
      await closeAll(connections);
      await lab.stop();
      throw error;
    }
  }

  /** The connection to a host of the lab. */
  connection(host: string): Connection {
    const connection = this.connections.get(host);
    if (connection === undefined) throw new TypeError(`There is no connection to host ${host}.`);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll(this.connections);
    await this.lab.stop();
  }
}

async function closeAll(connections: ReadonlyMap<string, Connection>): Promise<void> {
  await Promise.allSettled([...connections.values()].map((connection) => connection.close()));
}
