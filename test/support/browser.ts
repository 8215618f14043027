import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, onTestFinished, type TestContext } from 'vitest';
import { ADMIN_KEY } from './spawn-platform.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** How long anything may take to appear; the machine may be busy. */
const PATIENCE_MS = 15_000;

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
}

let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

export interface PageOptions extends BrowserContextOptions {
  /** Path and query of the first page. */
  path?: string;
  /** false = nobody is signed in. */
  isSignedIn?: boolean;
}

/**
 * A page of the dashboard in the machine's own Chromium, as somebody who reads English on a desk unless said
 * otherwise. An error in its script or its console fails the test. Without Chromium the test is skipped and says so; in CI it fails.
 */
export async function openPage(
  context: TestContext,
  url: string,
  { path = '/', isSignedIn = true, ...options }: PageOptions = {},
): Promise<Page> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const reason = 'Chromium is not installed (Debian: apt-get install chromium)';
    if (process.env.CI === 'true') throw new Error(reason);
    context.skip(reason);
  }
  browser ??= chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const profile = await (await browser).newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  profile.setDefaultTimeout(PATIENCE_MS);
  const page = await profile.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // Calls that the platform refuses or misses are part of some tests; Chromium reports each of them.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text())) {
      faults.push(message.text());
    }
  });
  onTestFinished(async () => {
    await profile.close();
    if (faults.length > 0) throw new Error(`errors in the page:\n${faults.join('\n')}`);
  });
  await page.goto(`${url}${path}${isSignedIn ? `#key=${ADMIN_KEY}` : ''}`);
  return page;
}
