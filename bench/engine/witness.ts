import type { Connection, JobStats, LifecycleEvent } from '../../lib/libvirt/index.js';

/** A lifecycle event and the host that told it. */
interface Sighting {
  host: string;
  event: LifecycleEvent;
}

/** What the hosts' events say of one migration. */
export interface Testimony {
  /** When the guest stopped on the source for the first time; undefined when it never did. */
  stoppedNs: bigint | undefined;
  /** When it first ran on the destination after that. */
  resumedNs: bigint | undefined;
  job: JobStats | undefined;
}

/** Watches guests on all hosts through events that the addon stamps on arrival: the same witness for every strategy. */
export class LifecycleWitness {
  readonly #sightings: Sighting[] = [];
  readonly #jobs: { guest: string; stats: JobStats; atNs: bigint }[] = [];

  /** Subscribes on each host; nothing that happens afterwards is missed. */
  static async start(connections: ReadonlyMap<string, Connection>): Promise<LifecycleWitness> {
    const witness = new LifecycleWitness();
    for (const [host, connection] of connections) {
      await connection.subscribe('lifecycle', (event) => witness.#sightings.push({ host, event }));
      await connection.subscribe('jobCompleted', ({ domain, stats, monotonicNs }) =>
        witness.#jobs.push({ guest: domain.name, stats, atNs: monotonicNs }),
      );
    }
    return witness;
  }

  /** What was seen of a guest's move since a moment of the monotonic clock. */
  testimony(guest: string, source: string, destination: string, fromNs: bigint): Testimony {
    const moment = (host: string, name: string, sinceNs: bigint) =>
      this.#sightings.find(
        ({ host: where, event }) =>
          where === host && event.domain.name === guest && event.event === name && event.monotonicNs >= sinceNs,
      )?.event.monotonicNs;
    const stoppedNs = moment(source, 'suspended', fromNs);
    return {
      stoppedNs,
      resumedNs: stoppedNs === undefined ? undefined : moment(destination, 'resumed', stoppedNs),
      job: this.#jobs.find((job) => job.guest === guest && job.atNs >= fromNs)?.stats,
    };
  }
}
