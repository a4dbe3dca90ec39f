import { type InteractiveChart, openChart } from './chart-place.ts';
import { enableOlderGenerations } from './older-generations.ts';
import { restoreSections, scheduleRefresh, takeSavedPageState } from './refresh.ts';
import { enableSectionOpening } from './sections.ts';

const settings = JSON.parse(document.getElementById('settings')!.textContent!) as {
  refreshSeconds: number | null;
};
const kept = settings.refreshSeconds === null ? null : takeSavedPageState();
const charts: InteractiveChart[] = [];

/** Drawn when they come near: fifty series open as fast as one. */
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      const figure = target as HTMLElement;
      charts.push(openChart(figure, kept?.views[figure.dataset.chart!] ?? null));
    }
  },
  { rootMargin: '400px' },
);

if (kept !== null) restoreSections(kept);
for (const figure of document.querySelectorAll<HTMLElement>('[data-chart]')) watcher.observe(figure);
for (const section of document.querySelectorAll<HTMLElement>('.series')) enableOlderGenerations(section);
enableSectionOpening();
if (settings.refreshSeconds !== null) scheduleRefresh(settings.refreshSeconds, () => charts);
