/** Traces: a run written down line by line, read again, and replayed through any policy. */
export { TraceError } from './error.js';
export * from './format.js';
export { readTrace } from './reader.js';
export { Replay, type ReplayEnd, type ReplayReport, type ReplayStep, replay } from './replay.js';
export { traceSchema } from './shape.js';
export { simulatedTrace } from './simulated.js';
export { TraceWriter } from './writer.js';
