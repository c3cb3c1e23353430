import { Command } from 'commander';
import { type WatchEvent, watch } from '../migration/index.js';
import { displayOn, SILENT } from './display.js';
import { EXIT_CODES } from './exit-codes.js';
import { formatMs } from './format.js';
import { addHostFlags, type HostFlags } from './host-flags.js';
import { Interrupt } from './interrupt.js';
import { toJson } from './json.js';
import { say } from './say.js';
import { shownOf, TARGET_HELP, targetOf } from './target.js';

const HELP = `
The connections are read-only: nothing can be changed, and Ctrl-C ends the
watching and nothing else.

Examples:
  precopy watch db1 --source qemu+tls://a/system --destination qemu+tls://b/system
  precopy watch --journal /var/lib/db1.migration --json | jq -c 'select(.type == "pass")'

Exit codes:
    0  it completed
    1  it did not, or there is none
    2  wrong usage
    4  it is not proven who has the guest
  130  ended with Ctrl-C`;

interface Flags extends HostFlags {
  json?: boolean;
}

/** `precopy watch`: looks on while another process migrates. */
export function watchCommand(): Command {
  return addHostFlags(new Command('watch').argument('[domain]', TARGET_HELP), { orJournal: true })
    .description('Look on while another process moves a guest; change nothing.')
    .option('--json', 'events as NDJSON on stdout, the last one says what became of it')
    .addHelpText('after', HELP)
    .action(async (domain: string | undefined, flags: Flags) => {
      process.exitCode = await run(domain, flags);
    });
}

async function run(domain: string | undefined, flags: Flags): Promise<number> {
  using interrupt = new Interrupt(() => process.exit(EXIT_CODES.interrupted));
  const target = targetOf(domain, flags);
  const display = flags.json ? SILENT : displayOn(process.stderr, shownOf(target));
  let over: Extract<WatchEvent, { type: 'over' }> | undefined;
  try {
    for await (const event of watch({ ...target, signal: interrupt.signal })) {
      if (event.type === 'over') over = event;
      if (flags.json) process.stdout.write(`${toJson(event)}\n`);
      else display.show(event);
    }
  } finally {
    display.close();
  }
  if (over === undefined) return EXIT_CODES.interrupted;
  if (!flags.json) say(wordsOf(over));
  if (over.owner !== 'source' && over.owner !== 'destination') return EXIT_CODES.ownerInDoubt;
  return over.wasUnderWay && over.verdict === 'completed' ? EXIT_CODES.completed : EXIT_CODES.failed;
}

function wordsOf({ wasUnderWay, verdict, says, pauseMs }: Extract<WatchEvent, { type: 'over' }>): string {
  if (!wasUnderWay) return `No migration is under way. ${says}`;
  const pause = pauseMs === undefined ? '' : ` The pause was ${formatMs(pauseMs)}.`;
  return `${verdict}: ${says}${pause}`;
}
