import {
  type Action,
  kubevirt,
  kubevirtStall,
  ladder,
  nova,
  type Policy,
  policies,
  type View,
  virsh,
} from '../../lib/policy/index.js';

/** What a policy was shown and what it wanted. */
export interface Seen {
  view: View;
  actions: readonly Action[];
}

/** Watches a policy from inside: what it was shown and what it wanted, before any rule is applied. */
export function watched(policy: Policy, seen: Seen[]): Policy {
  return {
    ...policy,
    decide(view, state) {
      const decision = policy.decide(view, state);
      seen.push({ view, actions: decision.actions });
      return decision;
    },
  };
}

const eager = ladder({
  name: 'eager',
  rungs: [
    { when: { pass: { atLeast: 2 } }, do: [{ action: 'downtime-limit', limitMs: 1000 }] },
    { when: { at: 'any-time', elapsedMs: { atLeast: 20_000 } }, do: [{ action: 'post-copy' }, { action: 'abort' }] },
    { when: { at: 'any-time', elapsedMs: { atLeast: 30_000 } }, do: [{ action: 'abort' }] },
  ],
});

/** Every policy by name, and the peers with their sharpest options and with times that fit a short run. */
export const POLICIES: Policy[] = [
  ...Object.values(policies.byName),
  virsh({ timeoutMs: 3000, autoConverge: true }),
  virsh({ timeoutMs: 5000, onTimeout: 'post-copy', postCopyAfterPreCopy: true }),
  nova({
    downtimeDelaySecondsPerGibibyte: 3,
    completionTimeoutSecondsPerGibibyte: 10,
    timeoutAction: 'force_complete',
    permitPostCopy: true,
  }),
  nova({ completionTimeoutSecondsPerGibibyte: 5 }),
  kubevirt({ completionTimeoutSecondsPerGibibyte: 10, allowPostCopy: true, downtimeTuning: {} }),
  kubevirt({ completionTimeoutSecondsPerGibibyte: 10, allowWorkloadDisruption: true }),
  kubevirtStall({
    completionTimeoutSecondsPerGibibyte: 10,
    stallDetector: { stallProgressTimeoutSeconds: 3 },
    allowPostCopy: true,
  }),
  kubevirtStall({ stallDetector: { stallProgressTimeoutSeconds: 2 } }),
  eager,
];
