import { Command } from 'commander';
import { actionWords } from '../action-words.js';
import type { Action } from '../policy/index.js';
import { type ReplayEnd, type ReplayReport, type ReplayStep, readTrace, replay } from '../trace/index.js';
import { formatMs, formatTable } from './format.js';
import { type PolicyChoice, policyNamed } from './policy-flag.js';
import { say } from './say.js';

const HELP = `
The policy is shown what was seen in the run, as it was seen then, and its decisions are put
beside those that were made. After the first difference its own limits are in its views; where
it would have ended the run in another way than it ended, the replay ends.

Examples:
  precopy replay db1.ndjson                    the recorded policy again: is it still the same?
  precopy replay db1.ndjson --policy nova      where Nova's would have decided otherwise
  precopy replay db1.ndjson --policy ladder.json --json | jq .firstDifference
  zcat db1.ndjson.gz | precopy replay -

Exit codes: 0 replayed, with differences or without · 1 the trace cannot be read · 2 wrong usage`;

interface Flags {
  policy?: PolicyChoice;
  json?: boolean;
}

/** `precopy replay`: a recorded run through any policy. */
export function replayCommand(): Command {
  return new Command('replay')
    .argument('<trace>', 'file that `precopy migrate --trace` has written, or - for standard input')
    .description('Show where a policy would have decided otherwise in a recorded run.')
    .option(
      '--policy <name|file>',
      'a policy by its name, or a ladder in a JSON file; the recorded one by default',
      policyNamed,
    )
    .option('--json', 'print the replay as one JSON object')
    .addHelpText('after', HELP)
    .action(async (trace: string, { policy, json }: Flags) => {
      const report = await replay(readTrace(trace === '-' ? process.stdin : trace), policy);
      if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else say(linesOf(report).join('\n'));
    });
}

const ENDS: Readonly<Record<ReplayEnd, string>> = {
  stopped: 'to the stop of the guest, or the end of the run',
  'cut off': 'to the end of the trace, which was cut off',
  forked: 'to the point where the run would have become another one',
  'not begun': 'in vain: memory was never sent',
};

function linesOf({ recordedPolicy, replayedPolicy, steps, differences, views, end }: ReplayReport): string[] {
  const summary = `Recorded with ${recordedPolicy}, replayed with ${replayedPolicy}: ${views} views, ${ENDS[end]}.`;
  const verdict =
    differences === 0 ? 'They decide the same.' : `They differ at ${differences} of ${steps.length} decisions.`;
  return [
    summary,
    ...(steps.length === 0 ? [] : ['', formatTable(['at', 'pass', '', 'recorded', 'replayed'], steps.map(rowOf)), '']),
    verdict,
    ...steps.filter(({ isSame }) => !isSame).map(whyOf),
  ];
}

function rowOf({ atMs, pass, isSame, isOverridden, recorded, replayed }: ReplayStep): string[] {
  const mark = isOverridden ? 'hook' : isSame ? '=' : '≠';
  return [formatMs(atMs), String(pass), mark, deedsOf(recorded), deedsOf(replayed)];
}

function deedsOf(actions: readonly Action[]): string {
  return actions.length === 0 ? '–' : actions.map(actionWords).join(', ');
}

/** The reasons, for what one of them did and the other did not. */
function whyOf({ atMs, recorded, replayed }: ReplayStep): string {
  const reasons = (actions: readonly Action[]) => actions.map(({ reason }) => reason).join('; ') || 'nothing';
  return `  ${formatMs(atMs).padStart(8)}  recorded: ${reasons(recorded)} · replayed: ${reasons(replayed)}`;
}
