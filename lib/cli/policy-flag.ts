import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { PrecopyError } from '../errors.js';
import { type Ladder, type PolicyName, parseLadder, policies } from '../policy/index.js';

export type PolicyChoice = PolicyName | Ladder;

// Object.keys gives string[]; the registry's type says which strings.
export const POLICY_NAMES = Object.keys(policies.byName) as readonly PolicyName[];

const isPolicyName = (text: string): text is PolicyName => POLICY_NAMES.some((name) => name === text);

/** The policy of this name; of anything that looks like a file, the ladder in it. */
export function policyNamed(text: string): PolicyChoice {
  if (isPolicyName(text)) return text;
  if (!/[./]/.test(text)) {
    throw new InvalidArgumentError(`It must be one of ${POLICY_NAMES.join(', ')}, or a JSON file with a ladder.`);
  }
  try {
    return parseLadder(readFileSync(text, 'utf8'));
  } catch (error) {
    if (!(error instanceof PrecopyError || (error instanceof Error && 'code' in error))) throw error;
    throw new InvalidArgumentError(`There is no ladder in it: ${error.message}`);
  }
}
