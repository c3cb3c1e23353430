import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Actual, Forecast } from '../../lib/forecast/index.js';
import type { Heartbeats, Host } from '../../lib/lab/index.js';
import type { ProcessorClock } from './control-cost.js';
import type { QemuEvent } from './qemu-events.js';
import type { QuietJudge } from './quiet.js';
import type { EngineReport, Run } from './run.js';

/** A guest that is moved again and again. */
export interface BenchGuest {
  /** Unique in the lab. */
  readonly name: string;
  readonly heartbeats: Heartbeats;
  /** What was seen of it so far, in quiet times. */
  readonly judge: QuietJudge;
  /** Where it is, and where it goes next. */
  place(): Promise<Route>;
  /** Stands still, while another one is measured. */
  rest(): Promise<void>;
  /** Goes on after a rest; does nothing without one. */
  wake(): Promise<void>;
  end(): Promise<void>;
}

export interface Route {
  from: Host;
  to: Host;
}

/** What a mover has to know of a host: one of the lab, or a user's own. */
export interface Station {
  readonly endpoint: { readonly uri: string; readonly socketPath?: string };
  /** How the other host's daemon reaches it, and where QEMU sends the memory; undefined leaves that to libvirt. */
  readonly peerUri: string;
  readonly migrateUri: string | undefined;
  /** Starts a libvirt client that talks to this host's daemon. */
  spawn(argv: readonly string[], options: SpawnOptions): Promise<ChildProcess>;
}

/** A migration as the one who made it tells it; the witnesses are asked afterwards. */
export interface Move {
  outcome: Run['outcome'];
  reason: string | undefined;
  /** On the clock of `process.hrtime.bigint()`: the call, and its return. */
  startNs: bigint;
  endNs: bigint;
  /** Nanoseconds since the epoch at the call, on the clock of QEMU's events. */
  epochNs: bigint;
  engine: EngineReport | undefined;
  /** What became of it, for a forecast to be held against; undefined for all but the engine. */
  actual?: Actual;
}

/** What witnesses tell of a move once its last events have come in. */
export interface Evidence {
  pauseMs: number | undefined;
  wasStopped: boolean;
  qemuEvents: readonly QemuEvent[];
  libvirtMs: number | undefined;
}

/** A strategy with a guest that it can move. */
export interface Contender {
  readonly name: string;
  readonly guest: BenchGuest;
  /** What tells its control's cost; undefined where it cannot be told, since QEMUs are among this process's children. */
  readonly clock: ProcessorClock | undefined;
  move(route: Route, signal: AbortSignal): Promise<Move>;
  /** Says beforehand what will become of a move; undefined where that is not the strategy's. */
  readonly forecast?: (route: Route) => Promise<Forecast>;
  /** What is known of a move of this contender's. */
  evidence(route: Route, move: Move): Evidence;
}

/** What a move came to. */
export type Ending = Pick<Move, 'outcome' | 'reason' | 'engine' | 'actual'>;

/** Makes a move and stamps it. */
export async function timed(make: () => Promise<Ending>): Promise<Move> {
  const epochNs = BigInt(Date.now()) * 1_000_000n;
  const startNs = process.hrtime.bigint();
  const ending = await make();
  return { ...ending, startNs, endNs: process.hrtime.bigint(), epochNs };
}
