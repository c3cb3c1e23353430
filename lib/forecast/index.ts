/** Forecasts: the model of iterative pre-copy and a simulator in which any policy can be run. Nothing here does input or output or reads a clock. */
export { type EnsembleOptions, type Interval, intervalOf, type Spread, simulateMany } from './ensemble.js';
export { type Forecast, type ForecastRequest, forecastFrom, type Inputs, type Known, type Origin } from './forecast.js';
export { type Actual, type ForecastError, forecastError } from './forecast-error.js';
export { dirtyAfter, type ModelInput, type ModelOutput, predict } from './model.js';
export { type RecordedGuest, type RecordedPass, windowsOfPasses, workloadOfPasses } from './recording.js';
export type { LinkSegment, Scenario, SimulatedDecision, SimulationResult } from './simulation.js';
export { simulate } from './simulator.js';
export { type Ending, type VerdictKind, verdictOf } from './verdict.js';
export { type DirtyWindow, explainBoth, fitWorkingSet, type WorkingSet, workloadFrom } from './working-set.js';
export * from './workload.js';
