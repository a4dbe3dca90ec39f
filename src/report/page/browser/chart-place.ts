import { describeGapAt, describeRemainingAt, describeSpare } from '../../messages/page.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { createSawToothChart, type SawToothChart } from './saw-tooth-chart.ts';
import { buildSawToothData, findRemainingAt, type SawToothData } from './saw-tooth-data.ts';
import { applyMove, clampView, isFullView, type Move, type View } from './zoom.ts';

const KEYS: Record<string, Move> = {
  ArrowLeft: 'earlier',
  ArrowRight: 'later',
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '0': 'all',
  Escape: 'all',
};

/** A chart in its place, with its buttons, keys and words. Null while nobody has looked at it. */
export interface InteractiveChart {
  id: string;
  getView(): View | null;
  showView(view: View): void;
}

/** @param wanted what to show first; null for all */
export function openChart(figure: HTMLElement, wanted: View | null): InteractiveChart {
  const id = figure.dataset.chart!;
  const data = JSON.parse(document.getElementById(`${id}-data`)!.textContent!) as ChartData;
  const tooth = buildSawToothData(data);
  const whole: View = { from: tooth.from, to: tooth.to };
  const still = figure.querySelector<HTMLElement>('.still')!;
  const place = livePlace(id, still);
  const readout = figure.querySelector<HTMLOutputElement>('.readout')!;
  let reading: number | null = null;

  still.after(place);
  still.hidden = true;
  for (const each of figure.querySelectorAll<HTMLElement>('.toolbar, .readout, .keys')) each.hidden = false;

  const chart: SawToothChart = createSawToothChart(place, tooth, {
    onViewChange: (view) => tell(figure, view),
    onCursorMove: (at) => {
      reading = at;
      readout.value = at === null ? '' : words(tooth, at);
    },
  });
  const go = (move: Move) => chart.showView(applyMove(chart.getView(), move, whole));

  figure.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLElement>('[data-do]');
    if (button !== null) go(button.dataset.do as Move);
  });
  place.addEventListener('pointermove', () => readout.setAttribute('aria-live', 'off'));
  place.addEventListener('keydown', (event) => {
    const move = KEYS[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    readout.setAttribute('aria-live', 'polite');
    const isPan = move === 'earlier' || move === 'later';
    if (isPan && (event.shiftKey || isFullView(chart.getView(), whole))) {
      const { from, to } = chart.getView();
      const step = ((to - from) / 100) * (move === 'earlier' ? -1 : 1);
      chart.setCursorTime(Math.min(to, Math.max(from, (reading ?? (from + to) / 2) + step)));
    } else go(move);
  });
  new ResizeObserver(() => chart.resizeToContainer()).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.repaint());

  if (wanted !== null) chart.showView(clampView(wanted, whole));
  else tell(figure, whole);
  figure.dataset.points = String(tooth.columns[0].length);
  figure.dataset.state = 'drawn';
  return {
    id,
    getView: () => (isFullView(chart.getView(), whole) ? null : chart.getView()),
    showView: (view) => chart.showView(clampView(view, whole)),
  };
}

/** Its words are those of the still picture that it takes the place of. */
function livePlace(id: string, still: HTMLElement): HTMLElement {
  const place = document.createElement('div');
  place.className = 'live';
  place.id = `${id}-chart`;
  place.tabIndex = 0;
  place.setAttribute('role', 'application');
  place.setAttribute('aria-roledescription', 'chart');
  place.setAttribute('aria-label', still.querySelector('svg')!.getAttribute('aria-label')!);
  return place;
}

function tell(figure: HTMLElement, { from, to }: View): void {
  figure.dataset.from = String(Math.floor(from));
  figure.dataset.to = String(Math.ceil(to));
}

function words(tooth: SawToothData, seconds: number): string {
  const at = Math.floor(seconds) * 1000;
  const left = findRemainingAt(tooth, at);
  if (left === null) return describeGapAt(at);
  const jobs = tooth.jobs.map(({ name, required }) => describeSpare(name, left - required));
  return [describeRemainingAt(at, left), ...jobs].join(' · ');
}
