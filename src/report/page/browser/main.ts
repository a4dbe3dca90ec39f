import { readEmbeddedJson } from './elements.ts';
import { type InteractiveChart, openChart } from './interactive-chart.ts';
import { enableOlderGenerations } from './older-generations.ts';
import { restoreSections, scheduleRefresh, takeSavedPageState } from './refresh.ts';
import { enableSectionOpening } from './sections.ts';

const { refreshSeconds }: { refreshSeconds: number | null } = readEmbeddedJson('settings');
const savedState = refreshSeconds === null ? null : takeSavedPageState();
const charts: InteractiveChart[] = [];

/** Draws a chart when the user scrolls near it, so that a page with fifty series opens as fast as one. */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      observer.unobserve(target);
      charts.push(openChart(target, savedState?.views[target.dataset.chart ?? ''] ?? null));
    }
  },
  { rootMargin: '400px' },
);

if (savedState !== null) restoreSections(savedState);
for (const figure of document.querySelectorAll<HTMLElement>('[data-chart]')) observer.observe(figure);
for (const section of document.querySelectorAll<HTMLElement>('.series')) enableOlderGenerations(section);
enableSectionOpening();
if (refreshSeconds !== null) scheduleRefresh(refreshSeconds, () => charts);
