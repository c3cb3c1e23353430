export type { Limits } from './actuators.js';
export { eventChannel, MIGRATION_CHANNEL, type MigrationMessage, type MigrationTrace } from './channels.js';
export type { DecisionRecord } from './conductor.js';
export type {
  AssessedSample,
  MigrationEvent,
  MigrationEventType,
  MigrationPlan,
  MigrationSample,
  Role,
} from './events.js';
export { type ForecastOptions, forecast } from './forecast-alone.js';
export type { ForecastOutcome } from './foresight.js';
export type { Hold } from './gate.js';
export {
  type EndContext,
  HOOK_NAMES,
  type HookContext,
  type HookEntry,
  type HookName,
  type HookSignatures,
  type Hooks,
  type PassContext,
  type ResumeContext,
  Veto,
} from './hooks.js';
export { Journal, type JournalEntry, type JournalRecord, readJournal } from './journal.js';
export { migrate } from './migrate.js';
export { Migration } from './migration.js';
export { MODES, type Mode } from './mode.js';
export type { GuestObserver, ObservedBeat } from './observer.js';
export type { DeadlineOptions, Expectation, Host, MigrateOptions, TransportOptions } from './options.js';
export type { Evidence, Owner, Place, SideView } from './ownership.js';
export { PHASES, type Phase, type PhaseSpan } from './phases.js';
export * from './preflight/index.js';
export type { ActionName } from './recovery/actions.js';
export { type AdoptOptions, adopt } from './recovery/adopt.js';
export type { RecoveryTarget, ResolveDeadlines, ResolveOptions } from './recovery/options.js';
export { type ActionReport, type Resolution, resolve } from './recovery/resolve.js';
export type { Verdict } from './recovery/row.js';
export type { Sight, Standing } from './recovery/standing.js';
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
export { type Restored, type RestoreOptions, restore } from './saved/restore.js';
export { type Saved, type SaveOptions, save } from './saved/save.js';
export { type WatchEvent, type WatchOptions, watch } from './watch.js';
