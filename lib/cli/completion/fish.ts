import type { CommandNode, FlagNode } from './tree.js';

/** The completion for fish: a line for each command and flag, with the condition under which it is offered. */
export function fishScript(tree: readonly CommandNode[]): string {
  const lines = tree.flatMap(({ path, commands, flags, words }) => {
    const [, ...names] = path.split(' ');
    const below = commands.map(({ name }) => name);
    const seen = names.map((name) => `__fish_seen_subcommand_from ${name}`);
    const here = [...seen, ...(below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : [])];
    const when = here.length > 0 ? ` -n ${quote(here.join('; and '))}` : '';
    return [
      ...commands.map(({ name, about }) => `complete -c precopy -f${when} -a ${name} -d ${quote(about)}`),
      ...(words.length > 0 ? [`complete -c precopy -f${when} -a ${quote(words.join(' '))}`] : []),
      ...flags.map(
        (flag) => `complete -c precopy${when} -l ${flag.flag.slice(2)}${valueFlags(flag)} -d ${quote(flag.about)}`,
      ),
    ];
  });
  return `# precopy completion for fish\ncomplete -c precopy -f\n${lines.join('\n')}\n`;
}

function valueFlags({ value }: FlagNode): string {
  if (value === undefined) return '';
  if (value === 'file') return ' -r -F';
  return value === 'any' ? ' -x' : ` -x -a ${quote(value.words.join(' '))}`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
