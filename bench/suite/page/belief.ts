import { type Html, html } from '../../../lib/report/page/html.js';
import type { Summary } from '../summary.js';
import { forecastText, nullText, selfTestText } from '../text.js';

/** What tells whether the figures can be believed. */
export function belief({ nullComparison, selfTest, forecast, scenarios, seed, mode }: Summary): Html {
  const noisy = scenarios.flatMap(({ strategies }) => strategies).reduce((sum, strategy) => sum + strategy.noisy, 0);
  const isObserved = selfTest !== undefined;
  return html`<section id="belief"><h2>Can it be believed?</h2><ul>
    <li>${nullComparison === null ? 'No null comparison was made.' : nullText(nullComparison)}</li>
    <li>${isObserved ? selfTestText(selfTest) : 'Nobody observed the guest from outside: the figures are libvirt’s and the engine’s.'}</li>
    <li>${noisy === 0 ? 'The machine was quiet before every run.' : `Before ${noisy} runs the machine would not become quiet; they are in the figures.`}</li>
    <li>${forecast === null ? 'Nothing was forecast.' : forecastText(forecast)}</li>
    <li>Mode ${mode}, seed ${seed}.</li>
  </ul></section>`;
}
