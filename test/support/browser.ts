import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

export interface View {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}
export const VIEWS: readonly View[] = [{ width: 1280, scheme: 'light' }, { width: 1280, scheme: 'dark' }, { width: 375, scheme: 'light' }, { width: 375, scheme: 'dark' }];

/** A browser with a profile of its own. */
export async function openBrowser({ width, scheme }: View): Promise<AsyncDisposable & { readonly context: BrowserContext; page(): Promise<Page> }> {
  const profile = mkdtempSync(join(tmpdir(), 'prow-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, viewport: { width, height: 800 }, colorScheme: scheme,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return {
    context,
    page: () => context.newPage(),
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** How far the page can be scrolled sideways, in pixels. */
export const sideways = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
