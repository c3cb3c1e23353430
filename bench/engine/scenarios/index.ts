import type { Scenario } from '../scenario.js';
import { busyScenarios } from './busy.js';
import { quietScenarios } from './quiet.js';

export const SCENARIOS: readonly Scenario[] = [...quietScenarios, ...busyScenarios];
