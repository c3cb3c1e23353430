import { Command, InvalidArgumentError, Option } from 'commander';
import { SCENARIOS } from './scenarios/index.js';

/** What is measured beside the scenarios of single migrations. */
export const COST = 'cost';
export const HOLD = 'hold';

export const SCENARIO_NAMES: readonly string[] = [...SCENARIOS.map(({ name }) => name), COST, HOLD];

export interface Flags {
  json: boolean;
  /** Instead of each scenario's own number. */
  pairs?: number;
  scenario: string[];
  seed: number;
}

/** @throws CommanderError when the command line is wrong, or help was asked for */
export function parseFlags(): Flags {
  const about = SCENARIOS.map(
    ({ name, repeats, about }) => `  ${name.padEnd(16)} ${String(repeats).padStart(2)}  ${about}`,
  );
  return new Command('npm run bench:engine --')
    .description('Measures migrations by the engine beside virsh and beside QEMU alone, in one lab.')
    .option('--json', 'the last line of stdout is one JSON object', false)
    .option('--pairs <count>', "pairs of migrations instead of each scenario's own number", wholeNumber)
    .addOption(
      new Option('--scenario <names...>', 'which ones').choices(SCENARIO_NAMES).default([...SCENARIO_NAMES], 'all'),
    )
    .option('--seed <number>', 'for the order and the intervals', wholeNumber, 1)
    .addHelpText(
      'after',
      [
        '\nScenarios, and how often each is repeated:',
        ...about,
        `  ${COST.padEnd(16)}  3  Eight migrations at once in one process: what they cost it.`,
        `  ${HOLD.padEnd(16)}     The switchover held for long, released, aimed at a moment, and broken.`,
      ].join('\n'),
    )
    .exitOverride()
    .parse()
    .opts<Flags>();
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(value);
}
