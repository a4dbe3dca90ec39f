import { readEmbeddedJson } from './elements.ts';
import { type InteractiveChart, openChart } from './interactive-chart.ts';
import { restoreSections, scheduleRefresh, takeSavedPageState } from './refresh.ts';
import { enableOlderGenerations, enableSectionOpening, openSection } from './sections.ts';

const { refreshSeconds } = readEmbeddedJson<{ refreshSeconds: number | null }>('settings');
const savedState = refreshSeconds === null ? null : takeSavedPageState();
const charts: InteractiveChart[] = [];

/** Draws a chart when the user scrolls near it, so that a page with fifty series opens as fast as one. */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      observer.unobserve(target);
      charts.push(openChart(target, savedState?.views[target.dataset.series ?? ''] ?? null));
    }
  },
  { rootMargin: '400px' },
);

if (savedState !== null) restoreSections(savedState);
for (const figure of document.querySelectorAll<HTMLElement>('[data-chart]')) observer.observe(figure);
for (const section of document.querySelectorAll<HTMLElement>('.series')) enableOlderGenerations(section);
enableSectionOpening();
// A reloaded page keeps a section closed that the user has closed, although the URL names it.
if (savedState === null) openSection(location.hash);
if (refreshSeconds !== null) scheduleRefresh(refreshSeconds, () => charts);
