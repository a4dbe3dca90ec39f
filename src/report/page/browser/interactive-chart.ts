import { describeGapAt, describeRemainingAt, describeSpareValidity } from '../../messages/page.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { findElement } from './elements.ts';
import { pageTimes } from './page-times.ts';
import { createSawToothChart } from './saw-tooth-chart.ts';
import { buildSawToothData, findRemainingAt, type SawToothData } from './saw-tooth-data.ts';
import { applyMove, clampView, isFullView, isMove, type Move, type View } from './zoom.ts';

const MOVES_BY_KEY = new Map<string, Move>([
  ['ArrowLeft', 'earlier'],
  ['ArrowRight', 'later'],
  ['+', 'in'],
  ['=', 'in'],
  ['-', 'out'],
  ['0', 'all'],
  ['Escape', 'all'],
]);

/** A sawtooth chart with its buttons, keys and readout. */
export interface InteractiveChart {
  /** Of the series. */
  name: string;
  /** Null if the whole chart is shown. */
  getView(): View | null;
  /** Shows the data that the page has now. The view stays, but a view of the whole chart is extended. */
  update(): void;
}

/**
 * Replaces the static chart of a figure.
 * @param initialView null for the whole chart
 */
export function openChart(figure: HTMLElement, initialView: View | null): InteractiveChart {
  const script = findElement<HTMLScriptElement>(figure, 'script[type="application/json"]');
  let text = script.textContent;
  const data = buildSawToothData(JSON.parse(text ?? 'null') as ChartData);
  const container = findElement<HTMLElement>(figure, '.live');
  const readout = findElement<HTMLOutputElement>(figure, '.readout');
  let cursorTime: number | null = null;

  // The static chart becomes hidden, and all other parts become visible.
  for (const each of figure.querySelectorAll<HTMLElement>('.still, [hidden]')) each.hidden = !each.hidden;

  const chart = createSawToothChart(container, data, {
    onViewChange: (view) => publishView(figure, view),
    onCursorMove: (at) => {
      cursorTime = at;
      readout.value = at === null ? '' : describeCursor(data, at);
    },
  });
  const move = (kind: Move) => chart.showView(applyMove(chart.getView(), kind, data.whole));

  figure.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-do]') : null;
    const kind = button?.dataset.do;
    if (isMove(kind)) move(kind);
  });
  // Screen readers announce the readout for keys only, because the pointer changes it too often.
  container.addEventListener('pointermove', () => readout.setAttribute('aria-live', 'off'));
  container.addEventListener('keydown', (event) => {
    const kind = MOVES_BY_KEY.get(event.key);
    if (kind === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    readout.setAttribute('aria-live', 'polite');
    const isPan = kind === 'earlier' || kind === 'later';
    if (isPan && (event.shiftKey || isFullView(chart.getView(), data.whole))) {
      const { from, to } = chart.getView();
      const step = ((to - from) / 100) * (kind === 'earlier' ? -1 : 1);
      chart.setCursorTime(Math.min(to, Math.max(from, (cursorTime ?? (from + to) / 2) + step)));
    } else move(kind);
  });
  new ResizeObserver(() => chart.resizeToContainer()).observe(container);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.repaint());

  if (initialView !== null) chart.showView(clampView(initialView, data.whole));
  else publishView(figure, data.whole);
  figure.dataset.points = String(data.columns[0].length);
  figure.dataset.state = 'drawn';
  return {
    get name() {
      return figure.dataset.series ?? '';
    },
    update() {
      if (script.textContent === text) return;
      text = script.textContent;
      const view = chart.getView();
      const wasFull = isFullView(view, data.whole);
      Object.assign(data, buildSawToothData(JSON.parse(text ?? 'null') as ChartData));
      chart.showData(wasFull ? data.whole : clampView(view, data.whole));
      figure.dataset.points = String(data.columns[0].length);
    },
    getView: () => (isFullView(chart.getView(), data.whole) ? null : chart.getView()),
  };
}

/** Tests read the view from these attributes. */
function publishView(figure: HTMLElement, { from, to }: View): void {
  figure.dataset.from = String(Math.floor(from));
  figure.dataset.to = String(Math.ceil(to));
}

/** @param seconds since 1970 */
function describeCursor(data: SawToothData, seconds: number): string {
  const at = Math.floor(seconds) * 1000;
  const remaining = findRemainingAt(data, at);
  if (remaining === null) return describeGapAt(at, pageTimes);
  const jobs = data.jobs.map(({ name, required }) => describeSpareValidity(name, remaining - required));
  return [describeRemainingAt(at, remaining, pageTimes), ...jobs].join(' · ');
}
