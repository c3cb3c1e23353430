import type { Command, Option } from 'commander';
import { everyCommand, pathOf } from '../command-tree.js';

/** What may stand after a flag or as an argument: one of these words, a file, anything else. */
export type Value = { readonly words: readonly string[] } | 'file' | 'any';

export interface FlagNode {
  /** `--safety`. */
  readonly flag: string;
  readonly about: string;
  /** Undefined for a flag that stands alone. */
  readonly value: Value | undefined;
}

export interface CommandNode {
  /** `precopy lab up`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly flags: readonly FlagNode[];
  /** Words that its first argument may be. */
  readonly words: readonly string[];
}

/** The commands below this one as plain data, out of commander's own table. */
export function treeOf(program: Command): CommandNode[] {
  return everyCommand(program).map((command) => ({
    path: pathOf(command),
    commands: command.commands.map((inner) => ({ name: inner.name(), about: inner.description() })),
    flags: [...command.options.filter(({ long }) => long !== undefined).map(flagOf), HELP_FLAG],
    words: command.registeredArguments[0]?.argChoices ?? [],
  }));
}

const HELP_FLAG: FlagNode = { flag: '--help', about: 'display help for command', value: undefined };

function flagOf(option: Option): FlagNode {
  const takesValue = option.required || option.optional;
  return { flag: option.long ?? '', about: option.description, value: takesValue ? takenBy(option) : undefined };
}

function takenBy({ argChoices, flags }: Option): Value {
  if (argChoices !== undefined) return { words: argChoices };
  return /<(\w+\|)?(file|path)>/.test(flags) ? 'file' : 'any';
}
