import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PrecopyError } from '../../errors.js';

/** What a page brings along, each as text that stands in it. */
export interface Assets {
  readonly style: string;
  readonly script: string;
  /** The licence of the chart library, which has to stay with it. */
  readonly licence: string;
}

/** The page's script, in the order in which its modules need each other. */
const MODULES = [
  '../../format.js',
  ...['quantities', 'theme', 'overlay', 'chart', 'main'].map((name) => `client/${name}.js`),
];

let assets: Assets | undefined;

/** The stylesheet, the chart library and the page's own script; read once. */
export function pageAssets(): Assets {
  assets ??= readAssets();
  return assets;
}

function readAssets(): Assets {
  const { resolve } = createRequire(import.meta.url);
  const library = (file: string) => readFileSync(resolve(`uplot/${file}`), 'utf8').trim();
  // tsc does not copy it: it stays where it was written.
  const style = readFileSync(fileURLToPath(new URL('../../../../lib/report/page/page.css', import.meta.url)), 'utf8');
  const script = MODULES.map((path) => withoutModuleSyntax(readModule(path))).join('\n');
  return {
    style: `${library('dist/uPlot.min.css')}\n${style}`,
    script: `${library('dist/uPlot.iife.min.js')}\n(() => {\n'use strict';\n${script}\n})();`,
    licence: library('LICENSE'),
  };
}

function readModule(path: string): string {
  try {
    return readFileSync(new URL(path, import.meta.url), 'utf8');
  } catch (cause) {
    throw new PrecopyError('ERR_PRECOPY_NOT_BUILT', "The report page's script is not built.", {
      cause,
      remedy: 'Run npm run build, or npx tsc -p lib/report/page/client.',
    });
  }
}

/** Modules of one page, put one after the other, see each other without importing: tsc has checked the names. */
function withoutModuleSyntax(source: string): string {
  return source.replace(/^import [^;]*;\n|^export (?=\w)|^\/\/# sourceMappingURL=.*$/gm, '').trim();
}
