import { createHash } from 'node:crypto';
import { pageAssets } from './assets.js';
import { Html, html } from './html.js';

export interface PageParts {
  /** In the browser's tab and at the top of the page. */
  readonly title: string;
  /** Under the title: what this page is of. */
  readonly subtitle: string;
  readonly main: Html;
  /** At the end of the page: where it comes from. */
  readonly origin: string;
}

const GENERATOR = 'precopy';

/** Whether a file that begins like this is a page of ours. */
export function isPage(beginning: string): boolean {
  return (
    beginning.startsWith('<!doctype html>') && beginning.includes(`<meta name="generator" content="${GENERATOR}">`)
  );
}

/**
 * A whole page that needs nothing but itself: styles, script and data stand in it, and its content security policy forbids everything else, so
 * that neither it nor anything that was smuggled into it can reach a network.
 */
export function renderPage({ title, subtitle, main, origin }: PageParts): string {
  const { style, script, licence } = pageAssets();
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="${GENERATOR}">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="page-head">
<h1>${title}</h1>
<p>${subtitle}</p>
</header>
<main id="main">
${main}
</main>
<footer>
<p>${origin}</p>
<details>
<summary>Licence of the chart library that stands in this page: uPlot</summary>
<pre>${licence}</pre>
</details>
</footer>
<script>${new Html(script)}</script>
</body>
</html>
`.markup;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
