import { type Html, type HtmlValue, html } from './html.js';

export interface Table {
  /** Says what is in it. */
  readonly caption: string;
  readonly header: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly HtmlValue[])[];
  /** The columns, from 0, that hold words: they are written from the left and may break. */
  readonly wordColumns?: readonly number[];
}

/** A table that scrolls by itself where the page is narrower than it. */
export function table({ caption, header, rows, wordColumns = [] }: Table): Html {
  const kind = (column: number) => (column === 0 || wordColumns.includes(column) ? 'words' : 'figure');
  return html`<div class="table" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${header.map((title, column) => html`<th scope="col" class="${kind(column)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell, index) => html`<td class="${kind(index + 1)}">${cell}</td>`)}</tr>
`,
  )}</tbody>
</table></div>`;
}
