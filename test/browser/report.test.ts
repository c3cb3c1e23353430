import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { test } from 'tap';
import { formatMs } from '../../lib/format.js';
import { collectRun, figuresOf, renderReport } from '../../lib/report/index.js';
import { recordedRun } from '../support/recorded.js';
import { readAll, recorded } from '../support/traces.js';
import { openPage, startBrowser, until } from './browser.js';

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

/** Of each chart how many colours its canvas has: a blank one has a single one. */
const COLOURS = `[...document.querySelectorAll('figure.chart canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
})`;

/** The least contrast of any text with what is behind it, by WCAG's formula. */
const LEAST_CONTRAST = `(() => {
  const channel = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll('main *, header *, footer *')].filter(
    (element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''),
  );
  const ratios = texts.map((element) => {
    const [one, other] = [parse(getComputedStyle(element).color), behind(element)].map(luminance);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  });
  return { texts: texts.length, least: Math.min(...ratios) };
})()`;

async function canvasIsReady(page: Page): Promise<number[]> {
  await until(page, "document.querySelectorAll('figure.chart canvas').length > 0");
  return page.evaluate<number[]>(COLOURS);
}

test('the report in a browser', async (t) => {
  const browser = await startBrowser();
  t.teardown(() => browser.close());
  const path = join(t.testdir(), 'report.html');
  const names = ['steady', 'observed', 'hot', 'hot-aborted'];
  const runs = await Promise.all(names.map(recordedRun));
  const [steady, observed] = runs;
  if (steady === undefined || observed === undefined) throw new Error('no run');

  for (const [what, pageRuns] of [
    ['one run', [observed]],
    ['four runs', runs],
  ] as const) {
    await writeFile(path, renderReport(pageRuns));
    for (const colorScheme of ['light', 'dark'] as const) {
      await t.test(
        `${what}, ${colorScheme}: every chart is drawn, nobody complains, nothing is asked for`,
        async (t) => {
          const { page, complaints, requests } = await openPage(browser, path, { viewport: DESKTOP, colorScheme });
          const colours = await canvasIsReady(page);
          t.equal(colours.length, await page.locator('figure.chart').count());
          t.ok(
            colours.every((count) => count > 8),
            `colours in the charts: ${colours}`,
          );
          t.match(await page.evaluate(LEAST_CONTRAST), { texts: Number });
          const { least } = await page.evaluate<{ least: number }>(LEAST_CONTRAST);
          t.ok(least >= 4.5, `least contrast of a text ${least.toFixed(2)}`);
          t.same(complaints, []);
          t.same(requests, []);
        },
      );
    }

    await t.test(`${what} on a phone: nothing is cut off, and only tables scroll sideways`, async (t) => {
      const { page, complaints } = await openPage(browser, path, { viewport: PHONE });
      await canvasIsReady(page);
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width);
      t.same(complaints, []);
    });
  }

  await t.test(
    'the pause from the stop to the first heartbeat is one line of time, and the blackout is marked',
    async (t) => {
      await writeFile(path, renderReport([observed]));
      for (const viewport of [DESKTOP, PHONE]) {
        const { page } = await openPage(browser, path, { viewport });
        await canvasIsReady(page);
        const timeline = page.locator('svg.timeline');
        t.same(await timeline.locator('.lane-label').allTextContents(), [
          'runs on the source',
          `nowhere, for ${formatMs(figuresOf(observed).pauseMs.actual)}`,
          'runs on the destination',
          'heard outside',
        ]);
        const labels = await Promise.all(
          (await timeline.locator('.tick-label').all()).map((label) => label.boundingBox()),
        );
        t.equal(labels.length, 3);
        for (const [index, box] of labels.entries()) {
          const next = labels[index + 1];
          const isApart = !box || !next || box.x + box.width <= next.x || box.y + box.height <= next.y + 4;
          t.ok(
            isApart && (box?.x ?? 0) + (box?.width ?? 0) <= viewport.width,
            `label ${index} at ${viewport.width} pixels`,
          );
        }
        const work = page.locator('figure.chart', { hasText: 'work around the pause' });
        await work.locator('.plot').focus();
        for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowRight');
        t.match(await work.locator('output').first().textContent(), /^[\d,.]+$/);
      }
    },
  );

  await t.test('charts can be read with the keyboard, and series be hidden', async (t) => {
    await writeFile(path, renderReport([steady]));
    const { page } = await openPage(browser, path, { viewport: DESKTOP });
    const figure = page.locator('figure.chart', { hasText: 'Link speed' });
    await figure.locator('.plot').focus();
    for (let step = 0; step < 20; step += 1) await page.keyboard.press('ArrowRight');
    t.match(await figure.locator('.plot').getAttribute('data-at'), /s$/);
    t.match(await figure.locator('output').first().textContent(), /B\/s$/);
    const button = figure.getByRole('button', { name: 'sent' });
    const before = await page.evaluate(COLOURS);
    await button.focus();
    await page.keyboard.press('Enter');
    t.equal(await button.getAttribute('aria-pressed'), 'false');
    await until(page, `JSON.stringify(${COLOURS}) !== ${JSON.stringify(JSON.stringify(before))}`);
  });

  await t.test('it turns dark while it is looked at, and grows and shrinks with its window', async (t) => {
    const { page, complaints } = await openPage(browser, path, { viewport: DESKTOP, colorScheme: 'light' });
    await canvasIsReady(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(PHONE);
    await until(
      page,
      `[...document.querySelectorAll('canvas')].every(({ clientWidth }) => clientWidth < ${PHONE.width})`,
    );
    t.ok((await canvasIsReady(page)).every((count) => count > 8));
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width);
    t.same(complaints, []);
  });

  await t.test('what a trace smuggles in is shown as text and never runs', async (t) => {
    const evil = `</script><img src="http://192.0.2.1/x" onerror="document.title='run'"><script>document.title='run'</script>`;
    const entries = (await readAll(recorded('steady'))).map((entry) =>
      entry.type === 'connected'
        ? { ...entry, domain: { ...entry.domain, name: evil } }
        : entry.type === 'decision'
          ? { ...entry, action: { ...entry.action, reason: evil } }
          : entry,
    );
    await writeFile(path, renderReport([await collectRun(evil, entries), steady], { title: 'mine' }));
    const { page, complaints, requests } = await openPage(browser, path);
    await canvasIsReady(page);
    t.equal(await page.title(), 'mine');
    t.equal(await page.locator('img').count(), 0);
    t.same(complaints, []);
    t.same(requests, []);
  });

  await t.test('without a script the tables still say it all', async (t) => {
    await writeFile(path, renderReport([steady]));
    const { page } = await openPage(browser, path, { javaScriptEnabled: false });
    await page.locator('summary', { hasText: 'The same as a table' }).nth(1).click();
    t.ok(await page.getByText('least and greatest value').nth(1).isVisible());
  });
});
