import { readEmbeddedJson } from './elements.ts';
import { type InteractiveChart, openChart } from './interactive-chart.ts';
import { startLivePage } from './live/live-page.ts';
import { restoreSections, savePageState, takeSavedPageState } from './refresh.ts';
import {
  enableOlderGenerations,
  enableSectionOpening,
  openSection,
  restoreOlderGenerations,
  showButtons,
} from './sections.ts';

/** `refreshSeconds` is null on a saved page. */
const settings = readEmbeddedJson<{ refreshSeconds: null } | { refreshSeconds: number; renderedAt: number }>(
  'settings',
);
const savedState = settings.refreshSeconds === null ? null : takeSavedPageState();
const charts = new Map<HTMLElement, InteractiveChart>();

/** Draws a chart when the user scrolls near it, so that a page with fifty series opens as fast as one. */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      observer.unobserve(target);
      charts.set(target, openChart(target, savedState?.views[target.dataset.series ?? ''] ?? null));
    }
  },
  { rootMargin: '400px' },
);

if (savedState !== null) restoreSections(savedState);
observeCharts();
enableOlderGenerations();
enableSectionOpening();
showButtons();
// A reloaded page keeps a section closed that the user has closed, although the URL names it.
if (savedState === null) openSection(location.hash);
if (settings.refreshSeconds !== null) {
  startLivePage({
    ...settings,
    onUpdate() {
      for (const [figure, chart] of charts) {
        if (figure.isConnected) chart.update();
        else charts.delete(figure);
      }
      observeCharts();
      restoreOlderGenerations();
      showButtons();
    },
    reload() {
      savePageState([...charts.values()]);
      location.reload();
    },
  });
}

function observeCharts(): void {
  for (const figure of document.querySelectorAll<HTMLElement>('[data-chart]'))
    if (!charts.has(figure)) observer.observe(figure);
}
