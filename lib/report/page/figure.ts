import type { ChartSpec } from './chart-spec.js';
import { type Html, html, jsonData } from './html.js';
import { type Table, table } from './table.js';

/**
 * A chart with its title, its legend (which hides and shows series, and says what is under the cursor), and the same figures as a table for
 * whoever cannot see it or has no script.
 */
export function chartFigure(spec: ChartSpec, figures: Table): Html {
  return html`<figure class="chart">
<figcaption><h4>${spec.title}</h4><p>${spec.description}</p></figcaption>
<div class="legend">${spec.series.map(
    ({ label, colour, draw, dashed }) =>
      html`<button type="button" aria-pressed="true"><span class="key key-${draw} ${dashed === true ? 'key-dashed' : ''} ${colour}"></span>${label} <output></output></button>`,
  )}</div>
<div class="plot" tabindex="0" role="group" aria-roledescription="chart" aria-label="${spec.title}. ${spec.description} Arrow keys move from point to point."></div>
<details><summary>The same as a table</summary>${table(figures)}</details>
<script type="application/json">${jsonData(spec)}</script>
</figure>`;
}
