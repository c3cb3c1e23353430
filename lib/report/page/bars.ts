import { type Html, html } from './html.js';

export interface Bar {
  readonly name: string;
  /** Undefined where there is none. */
  readonly value: number | undefined;
}

/** Values as bars below each other, each with its figure; drawn without a script. */
export function bars(title: string, values: readonly Bar[], write: (value: number) => string): Html {
  const most = Math.max(...values.map(({ value }) => value ?? 0), Number.MIN_VALUE);
  return html`<h4>${title}</h4>
<ul class="bars">${values.map(
    ({ name, value }) => html`<li><span>${name}</span> <b>${value === undefined ? '–' : write(value)}</b>
<svg width="100%" height="10" aria-hidden="true"><rect class="track" width="100%" height="10" rx="3"/><rect class="bar" width="${(((value ?? 0) / most) * 100).toFixed(1)}%" height="10" rx="3"/></svg></li>`,
  )}</ul>`;
}
