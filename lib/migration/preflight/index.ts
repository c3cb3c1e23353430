export type {
  CpuFacts,
  DiskFacts,
  Gap,
  GuestFacts,
  HostFacts,
  HypervisorFacts,
  InterfaceFacts,
  MemoryFacts,
  PathState,
  PreflightFacts,
  RequestFacts,
  RivalFacts,
} from './facts.js';
export {
  ALLOWABLE_CODES,
  type AllowableCode,
  FINDING_CODES,
  type Finding,
  type FindingCode,
  type Severity,
} from './finding.js';
export { type PreflightRequest, preflight, preflightSides } from './preflight.js';
export { judgePreflight, PreflightError, type PreflightReport, requirePreflight } from './report.js';
