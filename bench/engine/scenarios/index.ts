import type { Scenario } from '../scenario.js';
import { convergingScenarios } from './converging.js';
import { divergingScenarios } from './diverging.js';

export const SCENARIOS: readonly Scenario[] = [...convergingScenarios, ...divergingScenarios];
