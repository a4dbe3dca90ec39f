import { findElement } from './elements.ts';
import type { InteractiveChart } from './interactive-chart.ts';
import { pageTimes } from './page-times.ts';
import type { View } from './zoom.ts';

/** What the user changed on the page, kept during a reload. */
export interface SavedPageState {
  /** By the name of the series, because its position on the page can change. */
  views: Record<string, View>;
  openSections: Record<string, boolean>;
  scrollTop: number;
}

/** Time without input after which the page may reload. */
const IDLE_TIME_MS = 5000;
/** Time between two checks for input. */
const IDLE_CHECK_INTERVAL_MS = 1000;
const KEY = `cred-watch:${location.pathname}`;

/** Reads and deletes the saved state; null without one, or if the browser has no storage for files. */
export function takeSavedPageState(): SavedPageState | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export function restoreSections({ openSections, scrollTop }: SavedPageState): void {
  for (const [name, details] of listSections()) details.open = openSections[name] ?? details.open;
  scrollTo(0, scrollTop);
}

/** Reloads the page after a time, but not during user input and not while the page is hidden. */
export function scheduleRefresh(seconds: number, getCharts: () => readonly InteractiveChart[]): void {
  let lastInput = Number.NEGATIVE_INFINITY;
  let isPointerDown = false;
  for (const type of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
    addEventListener(type, () => (lastInput = performance.now()), { passive: true, capture: true });
  }
  addEventListener('pointerdown', () => (isPointerDown = true), true);
  for (const type of ['pointerup', 'pointercancel']) {
    addEventListener(type, () => (isPointerDown = false), true);
  }

  const isInUse = () =>
    isPointerDown ||
    document.hidden ||
    performance.now() - lastInput < IDLE_TIME_MS ||
    getSelection()?.isCollapsed === false;

  async function reload(): Promise<void> {
    if (isInUse()) {
      setTimeout(reload, IDLE_CHECK_INTERVAL_MS);
      return;
    }
    if (!(await isServerReachable())) {
      showUnreachable();
      setTimeout(reload, seconds * 1000);
      return;
    }
    savePageState(getCharts());
    location.reload();
  }
  setTimeout(reload, seconds * 1000);
}

/** If a reload failed, the browser would replace this page by its own error page, which never reloads. */
async function isServerReachable(): Promise<boolean> {
  if (location.protocol === 'file:') return true;
  try {
    return (await fetch(location.href, { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

function showUnreachable(): void {
  const element = findElement<HTMLElement>(document, '.out-of-reach');
  if (!element.hidden) return;
  element.textContent = `not reachable since ${pageTimes.timestamp(Date.now())}: this page shows the last known state`;
  element.hidden = false;
}

function savePageState(charts: readonly InteractiveChart[]): void {
  const state: SavedPageState = { views: {}, openSections: {}, scrollTop: scrollY };
  for (const chart of charts) {
    const view = chart.getView();
    if (view !== null) state.views[chart.name] = view;
  }
  for (const [name, { open }] of listSections()) state.openSections[name] = open;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Without storage, the reloaded page has its initial state.
  }
}

const listSections = () =>
  [...document.querySelectorAll<HTMLDetailsElement>('details[data-keep]')].map(
    (details) => [details.dataset.keep ?? '', details] as const,
  );
