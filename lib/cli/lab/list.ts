import { Command } from 'commander';
import { Lab, type LabInfo } from '../../lab/index.js';

const EXAMPLES = `
Examples:
  precopy lab list
  precopy lab list --json | jq -r '.[].name'`;

export function listCommand(): Command {
  return new Command('list')
    .description('list the labs of this machine, broken ones included')
    .option('--json', 'print one JSON array')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { json?: boolean }) => {
      const labs = await Lab.list();
      process.stdout.write(json ? `${JSON.stringify(labs)}\n` : labs.map(describe).join(''));
    });
}

function describe(lab: LabInfo): string {
  const since = lab.createdAt === undefined ? '' : ` since ${lab.createdAt}`;
  const hosts = lab.hosts.map(({ name, uri, isUp }) => `  ${name}  ${isUp ? 'up ' : 'off'}  ${uri}\n`).join('');
  return `${lab.name}  ${lab.state}${since}\n${hosts}`;
}
