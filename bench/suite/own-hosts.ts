import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { PrecopyError } from '../../lib/errors.js';
import { Connection, type Endpoint } from '../../lib/libvirt/index.js';
import type { Move, Station } from '../engine/contender.js';
import { controlCost, ProcessorClock } from '../engine/control-cost.js';
import { moveByEngine } from '../engine/movers/engine.js';
import { moveByVirsh } from '../engine/movers/virsh.js';
import type { Run } from '../engine/run.js';
import { nameOf, type Strategy } from '../engine/strategy.js';
import { LifecycleWitness } from '../engine/witness.js';
import type { OwnHost, OwnHosts } from './plan.js';

/** Between two moves, in milliseconds: the guest finds itself again, and this process is seen at rest. */
const REST_MS = 3000;

/** After a move its last events come in. */
const AFTER_MS = 1000;

/** A user's host with what this process has open to it. */
class Place implements Station {
  readonly name: string;
  readonly endpoint: Exclude<Endpoint, string>;
  readonly peerUri: string;
  /** libvirt chooses the address: by the destination's host name, unless it is configured. */
  readonly migrateUri = undefined;
  readonly connection: Connection;

  constructor(name: string, { uri, socketPath, peerUri }: OwnHost, connection: Connection) {
    this.name = name;
    this.endpoint = { uri, ...(socketPath === undefined ? {} : { socketPath }) };
    this.peerUri = peerUri ?? uri;
    this.connection = connection;
  }

  async spawn([program = '', ...args]: readonly string[], options: SpawnOptions): Promise<ChildProcess> {
    const { uri, socketPath } = this.endpoint;
    const connect = socketPath === undefined ? uri : `${uri}?socket=${socketPath}`;
    return spawn(program, ['--connect', connect, ...args], options);
  }
}

/** A user's own guest, moved to and fro between two hosts. Nobody observes it: what is known is what libvirt's events and statistics say. */
export class OwnStage implements AsyncDisposable {
  /** One to each host, by its name. */
  readonly connections: ReadonlyMap<string, Connection>;
  readonly #domain: string;
  readonly #places: readonly Place[];
  readonly #witness: LifecycleWitness;
  readonly #clock = new ProcessorClock();

  private constructor(domain: string, places: readonly Place[], witness: LifecycleWitness) {
    this.#domain = domain;
    this.#places = places;
    this.#witness = witness;
    this.connections = connectionsOf(places);
  }

  static async start({ domain, source, destination }: OwnHosts): Promise<OwnStage> {
    const places: Place[] = [];
    try {
      for (const [name, host] of Object.entries({ source, destination })) {
        const { uri, socketPath } = host;
        const connection = await Connection.open({ uri, ...(socketPath === undefined ? {} : { socketPath }) });
        places.push(new Place(name, host, connection));
      }
      const stage = new OwnStage(domain, places, await LifecycleWitness.start(connectionsOf(places)));
      await stage.#route();
      return stage;
    } catch (error) {
      for (const { connection } of places) await connection.close();
      throw error;
    }
  }

  /** `kvm` or `tcg`, by the guest's own XML. */
  async accelerator(): Promise<string> {
    const { from } = await this.#route();
    const domain = await from.connection.domainLookupByName(this.#domain);
    return /<domain[^>]* type=['"]kvm['"]/.test(await domain.getXMLDesc()) ? 'kvm' : 'tcg';
  }

  /** Moves the guest to the other host. */
  async play(strategy: Strategy, deadlineMs: number, signal: AbortSignal): Promise<Run> {
    const restFrom = await this.#clock.read();
    await delay(REST_MS, undefined, { signal });
    const rest = { from: restFrom, to: await this.#clock.read() };
    const { from, to } = await this.#route();
    const load = loadavg()[0] ?? Number.NaN;
    const before = await this.#clock.read();
    const deadline = AbortSignal.timeout(deadlineMs);
    const move = await this.#move(strategy, { from, to }, AbortSignal.any([signal, deadline]));
    const after = await this.#clock.read();
    signal.throwIfAborted();
    await delay(AFTER_MS, undefined, { signal });
    const { stoppedNs, resumedNs, job } = this.#witness.testimony(this.#domain, from.name, to.name, move.startNs);
    const isOver = stoppedNs !== undefined && resumedNs !== undefined && move.outcome === 'completed';
    return {
      ...{ outcome: move.outcome, reason: move.reason, engine: move.engine, load },
      figures: {
        pauseMs: isOver ? Number(resumedNs - stoppedNs) / 1e6 : undefined,
        outsideMs: undefined,
        totalMs: Number(move.endNs - move.startNs) / 1e6,
        sentBytes: job?.memoryProcessedBytes,
        workLostMs: undefined,
      },
      qemu: { pauseMs: undefined, parts: undefined },
      libvirtMs: job?.downtimeMs,
      guest: { badPages: 0, clockWentBack: false },
      wasStopped: stoppedNs !== undefined,
      quiet: undefined,
      control: controlCost(rest, before, after),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#places.map(({ connection }) => connection.close()));
  }

  async #move(strategy: Strategy, route: { from: Place; to: Place }, signal: AbortSignal): Promise<Move> {
    switch (strategy.by) {
      case 'engine':
        return moveByEngine(this.#domain, route, strategy, signal);
      case 'virsh': {
        const domain = await route.from.connection.domainLookupByName(this.#domain);
        return moveByVirsh(domain, route, strategy.flags, signal);
      }
      case 'qmp':
        throw new TypeError(`${nameOf(strategy)} is not for a guest that libvirt runs.`);
    }
  }

  async #route(): Promise<{ from: Place; to: Place }> {
    const isHere = await Promise.all(this.#places.map(({ connection }) => isActive(connection, this.#domain)));
    const [from, ...more] = this.#places.filter((_, index) => isHere[index]);
    const to = this.#places.find((_, index) => !isHere[index]);
    if (from !== undefined && more.length === 0 && to !== undefined) return { from, to };
    throw new PrecopyError(
      'ERR_PRECOPY_BENCH_GUEST',
      `Guest ${this.#domain} runs on ${from ? 'both hosts' : 'neither host'}.`,
      {
        remedy: 'Start it on one of the two, or give another --domain.',
      },
    );
  }
}

function connectionsOf(places: readonly Place[]): Map<string, Connection> {
  return new Map(places.map(({ name, connection }) => [name, connection]));
}

async function isActive(connection: Connection, name: string): Promise<boolean> {
  const all = await connection.listAllDomains();
  const found = all.find((domain) => domain.name === name);
  return found !== undefined && (await found.isActive());
}
