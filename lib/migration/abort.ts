import { PrecopyError } from '../errors.js';
import { type Domain, LibvirtError } from '../libvirt/index.js';
import { withDeadline } from './deadline.js';
import type { Owner } from './ownership.js';
import type { AbortOutcome } from './result.js';
import { sleep } from './sampler.js';

/** What the caller wants no longer: by his signal, or by `abort()`. */
export class AbortRequest {
  readonly #controller = new AbortController();

  /** Resolves once it is asked for; never otherwise. */
  readonly asked: Promise<void> = new Promise((resolve) => {
    this.#controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });

  /** Aborts once it is asked for, with the reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isAsked(): boolean {
    return this.#controller.signal.aborted;
  }

  get reason(): string {
    return String(this.#controller.signal.reason);
  }

  /** The first reason wins. */
  ask(reason: string): void {
    this.#controller.abort(reason);
  }

  throwIfAsked(): void {
    if (this.isAsked) throw new PrecopyError('ERR_PRECOPY_ABORTED', `Aborted: ${this.reason}`);
  }
}

/** How often an abort that came before libvirt's job existed is tried again, in milliseconds. */
const RETRY_MS = 50;

/** What libvirt said to the request; not yet what became of the migration. */
export type AbortAnswer = 'accepted' | 'refused' | 'unanswered' | 'too late';

/**
 * Asks libvirt to abort the job until it takes the request, refuses it, or the migration is over.
 *
 * An abort may be called before there is a job (the source still talks to the destination): it is then tried again, so that a
 * cancel never gets lost. virDomainAbortJob can also hang: for as long as the daemon is connecting to a port behind a firewall, and as long
 * as QEMU, in the stop-and-copy, writes into a dead link, since it holds its main lock meanwhile and its monitor is mute. libvirt then says
 * after half a minute that it could not get at the guest.
 *
 * @param find - the guest on a connection that stands
 * @param isOver - true once the migration's call has come back
 */
export async function requestAbort(
  find: () => Promise<Domain>,
  deadlineMs: number,
  isOver: () => boolean,
): Promise<AbortAnswer> {
  const giveUpAt = performance.now() + deadlineMs;
  while (!isOver()) {
    try {
      const domain = await find();
      await withDeadline(domain.abortJob(), Math.max(1, giveUpAt - performance.now()), 'Asking to abort');
      return 'accepted';
    } catch (error) {
      const mayYetCome = error instanceof LibvirtError && error.code === 'VIR_ERR_OPERATION_INVALID';
      if (isOver()) return 'too late';
      if (wasUnanswered(error)) return 'unanswered';
      if (!mayYetCome || performance.now() > giveUpAt) return 'refused';
      await sleep(RETRY_MS);
    }
  }
  return 'too late';
}

function wasUnanswered(error: unknown): boolean {
  return error instanceof PrecopyError && ['ERR_PRECOPY_DEADLINE', 'VIR_ERR_OPERATION_TIMEOUT'].includes(error.code);
}

/** Whether libvirt's long call has not been made yet, is out, or has come back. */
export type CallState = 'not made' | 'out' | 'back';

/**
 * Names what became of an abort. An answer of success is not "aborted": asked for after the switchover, libvirt accepts it and the
 * migration completes all the same. So the owner decides; without a provable one the abort has not provably ended. Pure.
 */
export function abortOutcome(answer: AbortAnswer, call: CallState, owner: Owner): AbortOutcome {
  if (call === 'not made') return 'cancelled';
  if (answer === 'refused' && owner !== 'source') return 'refused';
  if (call === 'out') return 'hung';
  if (owner === 'source') return 'cancelled';
  return owner === 'destination' ? 'completedAnyway' : 'hung';
}
