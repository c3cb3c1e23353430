import type { CommandNode } from './tree.js';

/** The completion for bash: first it finds out which command it is about, then what may come there. */
export function bashScript(tree: readonly CommandNode[]): string {
  const inner = tree.slice(1).map(({ path }) => `'${path}'`);
  const values = tree.flatMap(({ path, flags }) =>
    flags.flatMap(({ flag, value }) => {
      if (value === undefined) return [];
      const reply = value === 'file' ? 'compgen -f' : `compgen -W '${value === 'any' ? '' : value.words.join(' ')}'`;
      return [`    '${path} ${flag}') COMPREPLY=($(${reply} -- "$current")); return ;;`];
    }),
  );
  const words = tree.map(({ path, commands, flags, words }) => {
    const plain = [...commands.map(({ name }) => name), ...words].join(' ');
    return `    '${path}') words='${plain}'; flags='${flags.map(({ flag }) => flag).join(' ')}' ;;`;
  });
  return `# precopy completion for bash
_precopy() {
  local command=precopy current="\${COMP_WORDS[COMP_CWORD]}" words= flags= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command \${COMP_WORDS[at]}" in
    ${inner.join('|')}) command+=" \${COMP_WORDS[at]}" ;;
    esac
  done
  COMPREPLY=()
  case "$command \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
  esac
  if [[ $current == -* ]]; then words=$flags; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _precopy precopy
`;
}
