export { type AnalysisWindow, analyseHeartbeats, type HeartbeatAnalysis, type Jitter } from './analysis.js';
export type { Beat } from './beat.js';
export { Heartbeats } from './heartbeats.js';
export { Observer, type ObserverOptions, type ObserverProcess } from './observer.js';
