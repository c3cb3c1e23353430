export type { DecisionRecord } from './conductor.js';
export type { MigrationEvent, MigrationEventType, MigrationSample, Role } from './events.js';
export type { Hold } from './gate.js';
export {
  type EndContext,
  type HookContext,
  type HookEntry,
  type HookName,
  type HookSignatures,
  type Hooks,
  type PassContext,
  type ResumeContext,
  Veto,
} from './hooks.js';
export { migrate } from './migrate.js';
export { Migration } from './migration.js';
export type { DeadlineOptions, Expectation, Host, MigrateOptions, TransportOptions } from './options.js';
export type { Evidence, Owner, SideView } from './ownership.js';
export { PHASES, type Phase, type PhaseSpan } from './phases.js';
export {
  type AbortOutcome,
  type AbortReport,
  type HostIdentity,
  MigrationError,
  type MigrationResult,
  type Outcome,
  type Pause,
  type Warning,
} from './result.js';
