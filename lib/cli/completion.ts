import { Argument, Command } from 'commander';
import { bashScript } from './completion/bash.js';
import { fishScript } from './completion/fish.js';
import { treeOf } from './completion/tree.js';
import { zshScript } from './completion/zsh.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

const HELP = `
Examples:
  source <(precopy completion bash)         in ~/.bashrc
  source <(precopy completion zsh)          in ~/.zshrc, after compinit
  precopy completion fish | source          in ~/.config/fish/config.fish

Exit codes:
  0  done
  2  wrong usage`;

/** `precopy completion`: what a shell needs to complete commands, flags and the words that flags take. */
export function completionCommand(): Command {
  const command = new Command('completion')
    .description('Print what your shell needs to complete precopy.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP);
  return command.action((shell: keyof typeof SCRIPTS) => {
    process.stdout.write(SCRIPTS[shell](treeOf(command.parent ?? command)));
  });
}
