import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Instant } from '../../../../src/domain/model.ts';
import { newContext } from './browser-pages.ts';

interface ServedPageOptions extends BrowserContextOptions {
  /** What the simulated clock shows. */
  now: Instant;
}

/** Serves `state.html` on loopback until the test ends, and opens the page with a simulated clock. */
export async function openServedPage(browser: Browser, html: string, { now, ...options }: ServedPageOptions) {
  const state = { html, isDown: false, date: null as Instant | null, requests: 0, navigations: 0 };
  const server = createServer(({ url, headers }, response) => {
    if (url !== '/') return void response.writeHead(204).end();
    if (headers['sec-fetch-mode'] === 'navigate') state.navigations += 1;
    else state.requests += 1;
    response.sendDate = false;
    if (state.date !== null) response.setHeader('Date', new Date(state.date).toUTCString());
    response.writeHead(state.isDown ? 503 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(state.html);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const context = await newContext(browser, options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // The browser reports each response 503.
    if (!message.text().includes('503')) errors.push(message.text());
  });
  onTestFinished(() => expect(errors).toEqual([]));
  const hasScript = options.javaScriptEnabled !== false;
  if (hasScript) await page.clock.install({ time: now });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  // Loading takes less time than this.
  if (hasScript) await page.clock.pauseAt(now + 20_000);
  return { state, page };
}
