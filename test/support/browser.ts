import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, onTestFinished, type TestContext } from 'vitest';
import { NO_CHROMIUM, startChromium } from './chromium.ts';
import { ADMIN_KEY } from './spawn-platform.ts';

/** How long anything may take to appear; the machine may be busy. */
const PATIENCE_MS = 15_000;

let browser: Promise<Browser | undefined> | undefined;
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
  browser ??= startChromium();
  const started = await browser;
  if (started === undefined) {
    if (process.env.CI === 'true') throw new Error(NO_CHROMIUM);
    context.skip(NO_CHROMIUM);
  }
  const profile = await started.newContext({
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
  // The key of the address is gone with the next page, if the session has not begun by then.
  if (isSignedIn) await page.locator('[data-connection]').waitFor({ state: 'attached' });
  return page;
}
