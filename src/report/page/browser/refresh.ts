import type { InteractiveChart } from './interactive-chart.ts';
import type { View } from './zoom.ts';

/** What the user changed on the page, kept during a reload. */
export interface SavedPageState {
  /** By the name of the series, because its position on the page can change. */
  views: Record<string, View>;
  openSections: Record<string, boolean>;
  scrollTop: number;
}

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

/** Keeps what the user changed during a reload. */
export function savePageState(charts: readonly InteractiveChart[]): void {
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
