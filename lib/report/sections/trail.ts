import { actionWords } from '../../action-words.js';
import { formatMs } from '../../format.js';
import { type Html, html } from '../page/html.js';
import { table } from '../page/table.js';
import type { Run } from '../run.js';

/** More rows than that nobody reads; the first and the last ones say most. */
const FIRST_ROWS = 100;
const LAST_ROWS = 100;

/** Who decided; the policy unless something else is said. */
const AUTHORS = { policy: '', hook: 'hook: ', landing: 'landing: ', hold: 'hold: ' } as const;

/** What was decided, when, by whom and why; with the warnings, in the order of time. */
export function trailTable(run: Run): Html {
  const decisions = run.decisions.map(({ atMs, by, action, refusal }, index) => ({
    atMs,
    cells: [
      `${index + 1}`,
      formatMs(atMs),
      `${AUTHORS[by]}${actionWords(action)}`,
      `${action.reason}${refusedWords(refusal)}`,
    ],
  }));
  const warnings = run.warnings.map(({ atMs, code, message }) => ({
    atMs,
    cells: ['!', formatMs(atMs), `warning: ${code}`, message],
  }));
  const rows = [...decisions, ...warnings].sort((a, b) => a.atMs - b.atMs).map(({ cells }) => cells);
  if (rows.length === 0) return html`<p class="soft">Nothing had to be decided, and nobody was warned.</p>`;
  const left = rows.length - FIRST_ROWS - LAST_ROWS;
  const shown =
    left > 0 ? [...rows.slice(0, FIRST_ROWS), ['…', '', `${left} more`, ''], ...rows.slice(-LAST_ROWS)] : rows;
  return table({
    caption: `${run.decisions.length} decisions and ${run.warnings.length} warnings of ${run.name}`,
    header: ['', 'at', 'what', 'why'],
    rows: shown,
    wordColumns: [2, 3],
  });
}

function refusedWords(refusal: string | undefined): string {
  return refusal === undefined ? '' : ` – refused: ${refusal}`;
}
