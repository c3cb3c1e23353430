import type { RequestFacts } from '../facts.js';
import { type FindingCode, finding } from '../finding.js';
import { type Check, mebibytes } from './check.js';

interface Wish {
  readonly request: RequestFacts;
  readonly pauseMs: number | undefined;
  readonly totalMs: number | undefined;
  readonly slowdown: number | undefined;
  /** Undefined when the caller did not say. */
  readonly escalate: readonly string[] | undefined;
  readonly memoryBytes: number;
}

interface Rule {
  readonly code: FindingCode;
  /** What is wrong, or undefined. */
  readonly wrong: (wish: Wish) => string | undefined | false;
  readonly remedy: string;
}

/** libvirt's own handshakes within the pause take 8 to 25 ms: less than this is luck. */
const FLOOR_MS = 20;

const allows = ({ escalate }: Wish, step: string): boolean => escalate?.includes(step) ?? false;

/** Steps that meet a budget by force. */
const FORCES = ['throttle', 'post-copy', 'pause'];

const RULES: readonly Rule[] = [
  {
    code: 'budget-contradictory',
    wrong: ({ pauseMs, totalMs }) =>
      pauseMs !== undefined &&
      totalMs !== undefined &&
      pauseMs > totalMs &&
      `budget.pauseMs (${pauseMs}) is more than budget.totalMs (${totalMs}), of which it is a part`,
    remedy: 'Give a total that the pause fits into.',
  },
  {
    code: 'budget-contradictory',
    wrong: ({ escalate = [] }) => {
      const after = escalate.slice(escalate.indexOf('abort') + 1);
      return (
        escalate.includes('abort') && after.length > 0 && `escalate has ${after.join(', ')} after abort, which ends it`
      );
    },
    remedy: "Put 'abort' last.",
  },
  {
    code: 'budget-contradictory',
    wrong: ({ escalate = [] }) =>
      new Set(escalate).size < escalate.length && `escalate names a step twice: ${escalate.join(', ')}`,
    remedy: 'Name each step once.',
  },
  {
    code: 'budget-contradictory',
    wrong: (wish) =>
      wish.slowdown === 0 && allows(wish, 'throttle') && 'escalate allows throttle, and budget.slowdown is 0',
    remedy: "Take 'throttle' out of escalate, or allow some slowdown.",
  },
  {
    code: 'budget-ambiguous',
    wrong: (wish) =>
      wish.slowdown !== undefined &&
      wish.slowdown > 0 &&
      wish.escalate !== undefined &&
      !allows(wish, 'throttle') &&
      `budget.slowdown is ${wish.slowdown}, and escalate does not allow throttle, which alone would slow the guest down`,
    remedy: "Add 'throttle' to escalate, or leave budget.slowdown out.",
  },
  {
    code: 'budget-ambiguous',
    wrong: ({ pauseMs, totalMs, slowdown, escalate }) =>
      escalate?.length === 0 &&
      [pauseMs, totalMs, slowdown].some((limit) => limit !== undefined) &&
      'There is a budget, and escalate is empty: nothing may be done, not even abort, when it cannot be met',
    remedy: "Say what may be done then: at least 'abort'.",
  },
  {
    code: 'budget-ambiguous',
    wrong: ({ totalMs, escalate = [] }) =>
      totalMs === undefined &&
      escalate.length > 0 &&
      `Nothing says when escalate (${escalate.join(', ')}) is to begin: there is no budget.totalMs`,
    remedy: 'Give budget.totalMs.',
  },
  {
    code: 'budget-ambiguous',
    wrong: (wish) =>
      wish.pauseMs !== undefined &&
      allows(wish, 'pause') &&
      `escalate allows a pause beyond budget.pauseMs (${wish.pauseMs})`,
    remedy: "Nothing need be done if that is meant; put 'pause' behind the steps that keep to the budget.",
  },
  {
    code: 'budget-ambiguous',
    wrong: ({ totalMs, escalate = [] }) =>
      totalMs !== undefined &&
      escalate.length > 0 &&
      !escalate.includes('abort') &&
      !FORCES.slice(1).some((force) => escalate.includes(force)) &&
      `Throttle alone may not meet budget.totalMs (${totalMs}), and nothing is allowed after it`,
    remedy: "Add 'post-copy', 'pause' or 'abort' to escalate.",
  },
  {
    code: 'budget-tight',
    wrong: ({ pauseMs }) =>
      pauseMs !== undefined &&
      pauseMs < FLOOR_MS &&
      `budget.pauseMs is ${pauseMs}, and the hosts' handshakes alone take 8 to 25 ms`,
    remedy: `Allow ${FLOOR_MS} ms or more, unless to try is enough.`,
  },
  {
    code: 'budget-tight',
    wrong: ({ request, totalMs, memoryBytes }) => {
      const cap = request.transport.parallel === undefined ? request.transport.bandwidthBytesPerSecond : undefined;
      if (cap === undefined || totalMs === undefined) return undefined;
      const onePassMs = Math.round((memoryBytes / cap) * 1000);
      return (
        onePassMs > totalMs &&
        `${mebibytes(memoryBytes)} take ${onePassMs} ms at transport.bandwidthBytesPerSecond, and budget.totalMs is ${totalMs}`
      );
    },
    remedy: 'Raise one of the two, unless most of the memory is known to be zero.',
  },
];

/** The budget and what is allowed for it mean one thing, and a possible one. */
export const budget: Check = ({ request, guest }) => {
  const { pauseMs, totalMs, slowdown } = request.budget ?? {};
  const wish = {
    request,
    pauseMs,
    totalMs,
    slowdown,
    escalate: request.escalate,
    memoryBytes: guest?.memoryBytes ?? 0,
  };
  return RULES.flatMap(({ code, wrong, remedy }) => {
    const problem = wrong(wish);
    return problem ? [finding(code, problem, remedy)] : [];
  });
};
