/** Forecasts: the model of iterative pre-copy and a simulator in which any policy can be run. Nothing here does input or output or reads a clock. */
export { dirtyAfter, type ModelInput, type ModelOutput, predict } from './model.js';
export type { LinkSegment, Scenario, SimulatedDecision, SimulationResult } from './simulation.js';
export { simulate } from './simulator.js';
export * from './workload.js';
