import { computing, HOT, IDLE, STEADY } from '../engine/scenario.js';
import type { SuiteScenario } from './scenario.js';

const MEBIBYTE = 1024 ** 2;
const GIGABIT = { bitsPerSecond: 1e9 } as const;

/** Small enough that many moves fit in a few minutes. */
const SMALL = { kind: 'linux', memoryBytes: 256 * MEBIBYTE } as const;
const SMALL_SET = { setBytes: 64 * MEBIBYTE } as const;
export const SMALL_STEADY = { ...SMALL, workload: { name: 'steady', bytesPerSecond: 20e6, ...SMALL_SET } } as const;

/** A few minutes on a laptop: one scenario of each sort. */
export const QUICK: readonly SuiteScenario[] = [
  {
    name: 'quick-steady',
    about: 'A small guest that writes 20 MB/s over 64 MiB.',
    setting: { guest: SMALL_STEADY, link: GIGABIT },
    ...{ budget: {}, patienceSeconds: 3 },
    strategies: ['virsh', 'precopy', 'qmp'],
    ...{ hasNull: true, rounds: 6, deadlineMs: 30_000 },
  },
  {
    name: 'quick-hot',
    about: 'A small guest that rewrites 64 MiB as fast as it can: passes alone never end.',
    setting: { guest: { ...SMALL, workload: { name: 'hot', ...SMALL_SET } }, link: GIGABIT },
    ...{ budget: { pauseMs: 60 }, patienceSeconds: 3 },
    strategies: ['virsh-auto-converge', 'virsh-postcopy', 'virsh-suspend', 'precopy-post-copy'],
    ...{ rounds: 4, deadlineMs: 45_000 },
  },
  {
    name: 'quick-slow-link',
    about: 'The steady small guest, when the link drops from 1 Gbit/s to 500 Mbit/s in mid-run.',
    setting: { guest: SMALL_STEADY, link: { ...GIGABIT, change: { afterMs: 700, bitsPerSecond: 500e6 } } },
    ...{ budget: {}, patienceSeconds: 3 },
    strategies: ['virsh', 'precopy'],
    ...{ rounds: 4, deadlineMs: 30_000 },
  },
];

const BURST = {
  ...STEADY,
  workload: { name: 'burst', bytesPerSecond: 200e6, setBytes: 256 * MEBIBYTE, periodMs: 4000, duty: 0.25 },
} as const;
const PEERS = ['nova', 'ovirt', 'kubevirt', 'kubevirt-stall', 'proxmox'] as const;
const ROUNDS = 10;

/** The whole of it: hours. */
export const FULL: readonly SuiteScenario[] = [
  {
    name: 'steady',
    about: 'A writer of 50 MB/s over 256 MiB.',
    setting: { guest: STEADY, link: GIGABIT },
    ...{ budget: {}, patienceSeconds: 10 },
    strategies: ['virsh', 'precopy', 'qmp', ...PEERS],
    ...{ hasNull: true, rounds: ROUNDS, deadlineMs: 60_000 },
  },
  {
    name: 'idle',
    about: 'A guest that writes next to nothing.',
    setting: { guest: IDLE, link: GIGABIT },
    ...{ budget: {}, patienceSeconds: 10 },
    strategies: ['virsh', 'precopy', 'qmp', 'nova', 'kubevirt', 'proxmox'],
    ...{ rounds: ROUNDS, deadlineMs: 60_000 },
  },
  {
    name: 'burst',
    about: 'A guest that writes 200 MB/s for a second, and rests for three.',
    setting: { guest: BURST, link: GIGABIT },
    ...{ budget: { totalMs: 60_000 }, patienceSeconds: 15 },
    strategies: ['virsh', 'precopy', 'proxmox'],
    ...{ rounds: ROUNDS, deadlineMs: 120_000 },
  },
  {
    name: 'budget',
    about: 'A writer of 50 MB/s, when a pause of 150 ms is allowed.',
    setting: { guest: STEADY, link: GIGABIT },
    ...{ budget: { pauseMs: 150 }, patienceSeconds: 10 },
    ...{ strategies: ['virsh', 'precopy'], rounds: ROUNDS, deadlineMs: 60_000 },
  },
  {
    name: 'big',
    about: 'A writer of 50 MB/s in a guest of 4 GiB.',
    setting: { guest: { ...STEADY, memoryBytes: 4096 * MEBIBYTE }, link: GIGABIT },
    ...{ budget: {}, patienceSeconds: 30 },
    ...{ strategies: ['virsh', 'precopy', 'qmp'], rounds: ROUNDS, deadlineMs: 180_000 },
  },
  {
    name: 'fast-link',
    about: 'A writer of 50 MB/s, over 10 Gbit/s.',
    setting: { guest: STEADY, link: { bitsPerSecond: 10e9 } },
    ...{ budget: {}, patienceSeconds: 5 },
    ...{ strategies: ['virsh', 'precopy', 'qmp'], rounds: ROUNDS, deadlineMs: 60_000 },
  },
  {
    name: 'slow-link',
    about: 'A writer of 50 MB/s, when the link drops from 1 Gbit/s to 600 Mbit/s in mid-run.',
    setting: { guest: STEADY, link: { ...GIGABIT, change: { afterMs: 3000, bitsPerSecond: 600e6 } } },
    ...{ budget: {}, patienceSeconds: 15 },
    ...{ strategies: ['virsh', 'precopy', 'nova', 'kubevirt-stall'], rounds: ROUNDS, deadlineMs: 120_000 },
  },
  {
    name: 'cut-link',
    about: 'A writer of 50 MB/s, when the link carries nothing for two seconds in mid-run.',
    setting: { guest: STEADY, link: { ...GIGABIT, change: { afterMs: 3000, cutForMs: 2000 } } },
    ...{ budget: {}, patienceSeconds: 15 },
    ...{ strategies: ['virsh', 'precopy', 'kubevirt-stall'], rounds: ROUNDS, deadlineMs: 120_000 },
  },
  {
    name: 'hot',
    about: 'A guest that rewrites 256 MiB as fast as it can: passes alone never end.',
    setting: { guest: HOT, link: GIGABIT },
    ...{ budget: { pauseMs: 60 }, patienceSeconds: 12 },
    strategies: [
      ...(['virsh-auto-converge', 'virsh-postcopy', 'virsh-suspend', 'precopy-post-copy', 'precopy-pause'] as const),
      'ovirt-post-copy',
    ],
    ...{ rounds: ROUNDS, deadlineMs: 180_000 },
  },
  {
    name: 'compute',
    about: 'A guest that dirties 2.5 times what the link carries, and less when it is throttled.',
    setting: { guest: computing(2.5), link: GIGABIT },
    ...{ budget: {}, patienceSeconds: 15 },
    strategies: ['virsh-auto-converge', 'precopy-throttle', 'precopy-throttle-monitor', 'virsh-postcopy'],
    ...{ rounds: ROUNDS, deadlineMs: 180_000 },
  },
];

export const ALL: readonly SuiteScenario[] = [...QUICK, ...FULL];
