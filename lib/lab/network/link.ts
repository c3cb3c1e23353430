import { InvalidArgumentError } from '../../errors.js';
import { checkOptions, oneOf, type Rule, text } from '../../validation.js';
import { LabError } from '../errors.js';
import { nodeMark, SWITCH } from '../names.js';
import { run, runToEnd } from '../run.js';
import type { NetworkName, Nic } from './plan.js';
import { type Shape, shapeCommands, shapeRules } from './shape.js';

/** As a host sees it: `egress` leaves the host, `ingress` comes to it. */
export type Direction = 'egress' | 'ingress';

export interface LinkPart {
  /** Only this host's cable; all hosts' otherwise. */
  host?: string;
  /** Only what leaves or what comes to the host; by default what leaves it for `shape`, and both for `cut`. */
  direction?: Direction;
}

export interface ShapeOptions extends Shape, LinkPart {}

interface Device {
  mark: string;
  name: string;
}

const direction: Rule = oneOf('egress', 'ingress');

const CUT_PRIORITY = 1;
// Classic BPF: return TC_ACT_SHOT.
const DROP_EVERYTHING = '1,6 0 0 2';

/** One network of the lab, as something whose speed can be changed and that can be cut. */
export class Link {
  readonly network: NetworkName;
  readonly #lab: string;
  readonly #nics: readonly Nic[];

  /** @internal */
  constructor(lab: string, network: NetworkName, nics: readonly Nic[]) {
    this.#lab = lab;
    this.network = network;
    this.#nics = nics.filter((nic) => nic.network === network);
  }

  /**
   * Limits the link's speed with a token bucket and a queue of 8 ms, or of 64 KiB if that is more. Takes effect at once, also on transfers under way: what
   * waits in the queue is lost then, and sent again.
   *
   * @throws LabError `ERR_PRECOPY_LAB_UNSUPPORTED` when a latency is asked for and the kernel has no `netem`.
   */
  async shape(options: ShapeOptions): Promise<void> {
    checkOptions<ShapeOptions>('', options, { ...shapeRules, host: text, direction }, ['bitsPerSecond']);
    for (const nic of this.#select(options.host)) {
      const device = this.#sender(nic, options.direction ?? 'egress');
      // A token bucket that is only made smaller keeps the large packets that wait in it, and never has tokens enough for them: the link is dead then.
      if (!options.latencyMs) await removeShape(device);
      for (const command of shapeCommands(device.name, options)) await shapeDevice(device.mark, command);
    }
  }

  /** Takes the limits off again. */
  async unshape(part: LinkPart = {}): Promise<void> {
    for (const nic of this.#select(part.host)) {
      for (const direction of directions(part.direction)) {
        await removeShape(this.#sender(nic, direction));
      }
    }
  }

  /**
   * Loses every packet, silently, as a cable that is pulled out behind the next switch: nobody gets an error, connections hang.
   *
   * `restore` undoes it.
   */
  async cut(part: LinkPart = {}): Promise<void> {
    for (const device of this.#receivers(part)) {
      await run([
        ...['tc', '-n', device.mark, 'filter', 'replace', 'dev', device.name, 'ingress'],
        ...['protocol', 'all', 'prio', String(CUT_PRIORITY), 'handle', '1', 'bpf', 'da', 'bytecode', DROP_EVERYTHING],
      ]);
    }
  }

  /** Undoes `cut`. What was not cut stays as it is. */
  async restore(part: LinkPart = {}): Promise<void> {
    for (const device of this.#receivers(part)) {
      await runToEnd([
        'tc',
        '-n',
        device.mark,
        'filter',
        'del',
        'dev',
        device.name,
        'ingress',
        'prio',
        String(CUT_PRIORITY),
      ]);
    }
  }

  #select(host: string | undefined): Nic[] {
    if (host === undefined) return [...this.#nics];
    const found = this.#nics.filter((nic) => nic.node === host);
    if (found.length === 0)
      throw new InvalidArgumentError('host', host, `one of ${this.#nics.map((nic) => nic.node).join(', ')}`);
    return found;
  }

  /** Where a direction is shaped: at the queue of the end that sends. */
  #sender(nic: Nic, direction: Direction): Device {
    return direction === 'egress' ? this.#nodeEnd(nic) : this.#switchEnd(nic);
  }

  /** Where packets are lost: at the end that receives, since the sender's kernel would notice a loss of its own. */
  #receivers(part: LinkPart): Device[] {
    return this.#select(part.host).flatMap((nic) =>
      directions(part.direction).map((direction) =>
        direction === 'egress' ? this.#switchEnd(nic) : this.#nodeEnd(nic),
      ),
    );
  }

  #nodeEnd(nic: Nic): Device {
    return { mark: nodeMark(this.#lab, nic.node), name: nic.name };
  }

  #switchEnd(nic: Nic): Device {
    return { mark: nodeMark(this.#lab, SWITCH), name: nic.port };
  }
}

/** Does nothing where there is none. */
async function removeShape({ mark, name }: Device): Promise<void> {
  await runToEnd(['tc', '-n', mark, 'qdisc', 'del', 'dev', name, 'root']);
}

async function shapeDevice(mark: string, command: readonly string[]): Promise<void> {
  try {
    await run(['tc', '-n', mark, ...command]);
  } catch (error) {
    const kind = command.includes('netem') ? 'netem' : 'tbf';
    if (!(error instanceof LabError && /qdisc kind is unknown/.test(error.message))) throw error;
    throw new LabError('ERR_PRECOPY_LAB_UNSUPPORTED', `This kernel has no ${kind} queueing discipline.`, {
      remedy: kind === 'netem' ? 'Leave latencyMs out, or use a kernel with sch_netem.' : 'Use a kernel with sch_tbf.',
      cause: error,
    });
  }
}

function directions(only: Direction | undefined): Direction[] {
  return only ? [only] : ['egress', 'ingress'];
}
