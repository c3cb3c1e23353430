import { bashScript } from './bash.js';
import type { CommandNode } from './tree.js';

/** zsh reads bash's completions by a module of its own. */
export function zshScript(tree: readonly CommandNode[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(tree)}`;
}
