import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser'];

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Starts the system's own Chromium, without a window. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS });
}

function findChromium(): string {
  const candidates = (process.env.PATH ?? '').split(delimiter).flatMap((path) => NAMES.map((name) => join(path, name)));
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('There is no Chromium: run lib/setup/setup.sh test.');
  return found;
}

/** A page that was opened, and everything that it did besides. */
export interface Opened {
  page: Page;
  /** What it wrote to the console, threw, or was forbidden by its policy. */
  complaints: string[];
  /** What it asked for, itself excepted. */
  requests: string[];
}

export async function openPage(browser: Browser, path: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.isNavigationRequest() && !request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(`file://${path}`);
  return { page, complaints, requests };
}

/** Waits until an expression is true in a page. Playwright's own way looks a second time from within the page, which its policy forbids. */
export async function until(page: Page, expression: string, deadlineMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  while (!(await page.evaluate<boolean>(expression))) {
    if (performance.now() > giveUpAt) throw new Error(`not true within ${deadlineMs} ms: ${expression}`);
    await page.waitForTimeout(20);
  }
}
