import { nodeMark, SWITCH } from '../names.js';
import type { Nic } from '../network/plan.js';
import { run, runToEnd } from '../run.js';

/** The steps of a migration that are calls from one program to a daemon, by their number in libvirt's protocol. */
const PROCEDURES = {
  begin: 302,
  prepare: 303,
  perform: 305,
  finish: 306,
  confirm: 307,
} as const;

/** A step of libvirt's migration protocol, version 3. */
export type MigrationCall = keyof typeof PROCEDURES;

const PRIORITY = 2;
const REMOTE_PROGRAM = 0x20008086;
const REPLY = 1;
const DROP = 2; // TC_ACT_SHOT
const PASS_ON = 0xffffffff; // TC_ACT_UNSPEC

/**
 * Classic BPF that drops the TCP segment which starts with the reply to this procedure, as often as it is sent again.
 *
 * A message of libvirt starts with its length, program, version, procedure, type; a reply is written in one go, and so starts a segment.
 */
function dropReplyProgram(procedure: number): string {
  // Each jump to the last line but one, which passes the packet on, is written as the distance to it.
  const lines: [code: number, ifTrue: number, ifFalse: number, operand: number][] = [
    [0x28, 0, 0, 12], //                ldh [12]                   EtherType
    [0x15, 0, 15, 0x0800], //           jeq #0x800                 IPv4
    [0x30, 0, 0, 23], //                ldb [23]                   protocol
    [0x15, 0, 13, 6], //                jeq #6                     TCP
    [0xb1, 0, 0, 14], //                ldxb 4*([14]&0xf)          length of the IP header
    [0x50, 0, 0, 26], //                ldb [x + 26]               TCP data offset
    [0x54, 0, 0, 0xf0], //              and #0xf0
    [0x74, 0, 0, 2], //                 rsh #2
    [0x0c, 0, 0, 0], //                 add x
    [0x07, 0, 0, 0], //                 tax
    [0x40, 0, 0, 14 + 4], //            ld [x + 18]                program
    [0x15, 0, 5, REMOTE_PROGRAM],
    [0x40, 0, 0, 14 + 12], //           ld [x + 26]                procedure
    [0x15, 0, 3, procedure],
    [0x40, 0, 0, 14 + 16], //           ld [x + 30]                type
    [0x15, 0, 1, REPLY],
    [0x06, 0, 0, DROP],
    [0x06, 0, 0, PASS_ON],
  ];
  return [lines.length, ...lines.map((line) => line.join(' '))].join(',');
}

/** Loses replies of one host's daemon on their way to other hosts and to clients on the control network. */
export class Replies {
  readonly #switch: string;
  readonly #port: string;

  /** @internal */
  constructor(lab: string, controlNic: Nic) {
    this.#switch = nodeMark(lab, SWITCH);
    this.#port = controlNic.port;
  }

  /**
   * Loses the daemon's reply to this call, and with it all that follows on the same connection, which TCP delivers in order. The call itself is
   * carried out. `restore` undoes it.
   */
  async drop(call: MigrationCall): Promise<void> {
    await run([
      ...['tc', '-n', this.#switch, 'filter', 'replace', 'dev', this.#port, 'ingress', 'protocol', 'all'],
      ...['prio', String(PRIORITY), 'handle', '1', 'bpf', 'da', 'bytecode', dropReplyProgram(PROCEDURES[call])],
    ]);
  }

  /** Undoes `drop`: what was held back arrives, if the connection still stands. */
  async restore(): Promise<void> {
    await runToEnd(['tc', '-n', this.#switch, 'filter', 'del', 'dev', this.#port, 'ingress', 'prio', String(PRIORITY)]);
  }
}
