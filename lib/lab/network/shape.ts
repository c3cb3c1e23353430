import { checkOptions, number, type Rules } from '../../validation.js';

/** What a link can carry. */
export interface Shape {
  /** Bits of Ethernet frames per second: 1e9 carries about 0.95e9 bits of a TCP connection's data. */
  bitsPerSecond: number;
  /** Delay of each packet, one way. Needs a kernel with `sch_netem`. */
  latencyMs?: number;
}

export const shapeRules: Rules<Shape> = { bitsPerSecond: number(10_000, 1e12), latencyMs: number(0, 10_000) };

// A bucket of a millisecond: with half of it a gigabit link lost a sixth of its speed.
const BURST_SECONDS = 0.00105;
const SMALLEST_BURST_BYTES = 16 * 1024;

// What waits in the queue when a guest stops is part of its pause, so it is as short as it can be: on a busy machine a migration got 78 % of a gigabit
// link with a queue of 2 ms, 91 % with 4 ms and 98 % with 8 ms. It holds a packet of segmentation offload, 64 KiB, at least.
const QUEUE_SECONDS = 0.008;
const SMALLEST_QUEUE_BYTES = 64 * 1024;

/** @throws InvalidArgumentError */
export function checkShape(name: string, shape: unknown): asserts shape is Shape {
  checkOptions<Shape>(name, shape, shapeRules, ['bitsPerSecond']);
}

/** Bytes of the token bucket, and of the queue behind it. */
export function bucket(bitsPerSecond: number): { burstBytes: number; limitBytes: number } {
  const bytesPerSecond = bitsPerSecond / 8;
  return {
    burstBytes: Math.max(SMALLEST_BURST_BYTES, Math.ceil(bytesPerSecond * BURST_SECONDS)),
    limitBytes: Math.max(SMALLEST_QUEUE_BYTES, Math.ceil(bytesPerSecond * QUEUE_SECONDS)),
  };
}

/** Arguments of `tc`, one list a command, that give a device this shape. */
export function shapeCommands(device: string, shape: Shape): string[][] {
  const { burstBytes, limitBytes } = bucket(shape.bitsPerSecond);
  const rate = `${Math.round(shape.bitsPerSecond)}bit`;
  const tbf = ['tbf', 'rate', rate, 'burst', `${burstBytes}b`, 'limit', `${limitBytes}b`];
  if (!shape.latencyMs) return [['qdisc', 'replace', 'dev', device, 'root', 'handle', '1:', ...tbf]];
  return [
    ['qdisc', 'replace', 'dev', device, 'root', 'handle', '2:', 'netem', 'delay', `${shape.latencyMs}ms`],
    ['qdisc', 'replace', 'dev', device, 'parent', '2:1', 'handle', '3:', ...tbf],
  ];
}
