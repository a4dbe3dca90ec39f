import { writeInstant } from '../../text/writing.ts';
import type { ChartPlace } from './chart-place.ts';
import type { View } from './zoom.ts';

/** What somebody has made of the page, kept while it loads itself again. */
export interface Kept {
  views: Record<string, View>;
  open: Record<string, boolean>;
  scroll: number;
}

/** After the last touch, so long somebody is taken to be at work. */
const AT_WORK = 5000;
const LOOK_AGAIN = 1000;
const KEY = `cred-watch:${location.pathname}`;

/** A page opened from a file may have no storage: then nothing is kept. */
export function takeKept(): Kept | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null;
  }
}

export function restoreSections(kept: Kept): void {
  for (const details of keptSections()) details.open = kept.open[details.dataset.keep!] ?? details.open;
  scrollTo(0, kept.scroll);
}

/** Loads the page again after a while, but not under somebody's hands or while nobody sees it. */
export function refreshAfter(seconds: number, charts: () => readonly ChartPlace[]): void {
  let touched = Number.NEGATIVE_INFINITY;
  let isDown = false;
  for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
    addEventListener(kind, () => (touched = performance.now()), { passive: true, capture: true });
  }
  addEventListener('pointerdown', () => (isDown = true), true);
  for (const kind of ['pointerup', 'pointercancel']) addEventListener(kind, () => (isDown = false), true);

  const isAtWork = () =>
    isDown ||
    document.hidden ||
    performance.now() - touched < AT_WORK ||
    getSelection()?.isCollapsed === false;

  async function reload(): Promise<void> {
    if (isAtWork()) {
      setTimeout(reload, LOOK_AGAIN);
      return;
    }
    if (!(await isServed())) {
      tellOutOfReach();
      setTimeout(reload, seconds * 1000);
      return;
    }
    keep(charts());
    location.reload();
  }
  setTimeout(reload, seconds * 1000);
}

/** A browser that finds nobody puts a page of its own in place of this one, which never looks again. */
async function isServed(): Promise<boolean> {
  if (location.protocol === 'file:') return true;
  try {
    return (await fetch(location.href, { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

function tellOutOfReach(): void {
  const place = document.querySelector<HTMLElement>('.out-of-reach')!;
  if (!place.hidden) return;
  place.textContent = `not reachable since ${writeInstant(Date.now())}: this is what was last known`;
  place.hidden = false;
}

function keep(charts: readonly ChartPlace[]): void {
  const kept: Kept = { views: {}, open: {}, scroll: scrollY };
  for (const chart of charts) {
    const view = chart.view();
    if (view !== null) kept.views[chart.name] = view;
  }
  for (const { dataset, open } of keptSections()) kept.open[dataset.keep!] = open;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Without storage the page begins anew.
  }
}

const keptSections = () => document.querySelectorAll<HTMLDetailsElement>('details[data-keep]');
