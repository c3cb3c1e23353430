import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { page as benchPage } from '../../bench/suite/page/page.js';
import { summarise } from '../../bench/suite/summary.js';
import { madeUpLog, QUICK_PLAN } from '../support/suite-logs.js';
import { openPage, startBrowser } from './browser.js';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

/** What stands in the first screenful of the overview, as words. */
const FIRST_SCREEN = `[...document.querySelectorAll('.overview tr')]
  .filter((row) => row.getBoundingClientRect().top >= 0 && row.getBoundingClientRect().bottom <= innerHeight)
  .map((row) => row.innerText.replace(/\\s+/g, ' '))`;

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** Marks of charts that are drawn outside their charts, beyond their own size. */
const STRAYS = `[...document.querySelectorAll('svg.row circle, svg.plot-area circle, svg rect')].filter((mark) => {
  const [inner, outer] = [mark.getBoundingClientRect(), mark.closest('svg').getBoundingClientRect()];
  return inner.left < outer.left - 16 || inner.right > outer.right + 16 || inner.top < outer.top - 16 || inner.bottom > outer.bottom + 16;
}).length`;

test("the benchmark's page in a browser", async (t) => {
  const browser = await startBrowser();
  t.teardown(() => browser.close());
  const path = join(t.testdir(), 'bench.html');
  const results = { 'all rounds': madeUpLog(), 'a single round': madeUpLog({ ...QUICK_PLAN, rounds: 1 }) };
  for (const [what, result] of Object.entries(results)) {
    await writeFile(path, benchPage(summarise(result)));
    for (const [name, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await t.test(`${what}, ${name}, ${colorScheme}`, async (t) => {
          const { page, complaints, requests } = await openPage(browser, path, { viewport, colorScheme });
          t.same(complaints, [], 'nothing is wrong with it');
          t.same(requests, [], 'it asks for nothing');
          t.equal(await page.evaluate(OVERFLOW), 0, 'nothing is wider than the page');
          t.equal(await page.evaluate(STRAYS), 0, 'every mark is in its chart');
          const rows = await page.evaluate<string[]>(FIRST_SCREEN);
          t.match(
            rows.find((row) => row.includes('20 MB/s')),
            /precopy.* \d+ ms .*virsh.*total.*bytes.*work lost/,
            'who pauses least, and what it costs, is to be seen without scrolling',
          );
          await page.context().close();
        });
      }
    }
  }
});
