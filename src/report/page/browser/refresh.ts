import { formatTimestamp } from '../../text/format-values.ts';
import type { InteractiveChart } from './chart-place.ts';
import type { View } from './zoom.ts';

/** What somebody has made of the page, kept while it loads itself again. */
export interface SavedPageState {
  views: Record<string, View>;
  openSections: Record<string, boolean>;
  scrollTop: number;
}

/** After the last touch, so long somebody is taken to be at work. */
const AT_WORK = 5000;
const LOOK_AGAIN = 1000;
const KEY = `cred-watch:${location.pathname}`;

/** A page opened from a file may have no storage: then nothing is kept. */
export function takeSavedPageState(): SavedPageState | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? null : (JSON.parse(text) as SavedPageState);
  } catch {
    return null;
  }
}

export function restoreSections(kept: SavedPageState): void {
  for (const details of keptSections())
    details.open = kept.openSections[details.dataset.keep!] ?? details.open;
  scrollTo(0, kept.scrollTop);
}

/** Loads the page again after a while, but not under somebody's hands or while nobody sees it. */
export function scheduleRefresh(seconds: number, charts: () => readonly InteractiveChart[]): void {
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
  place.textContent = `not reachable since ${formatTimestamp(Date.now())}: this page shows the last known state`;
  place.hidden = false;
}

function keep(charts: readonly InteractiveChart[]): void {
  const kept: SavedPageState = { views: {}, openSections: {}, scrollTop: scrollY };
  for (const chart of charts) {
    const view = chart.getView();
    if (view !== null) kept.views[chart.id] = view;
  }
  for (const { dataset, open } of keptSections()) kept.openSections[dataset.keep!] = open;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Without storage the page begins anew.
  }
}

const keptSections = () => document.querySelectorAll<HTMLDetailsElement>('details[data-keep]');
