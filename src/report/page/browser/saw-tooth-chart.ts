import uPlot from 'uplot';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import { chooseRoundStep, listMultiples } from '../../drawing/round-steps.ts';
import { buildTimeAxis, labelTicks } from '../../drawing/time-axis.ts';
import { type ChartColours, readChartColours } from './colours.ts';
import { drawBackground, drawForeground, isDense } from './layers.ts';
import type { SawToothData } from './saw-tooth-data.ts';
import type { View } from './zoom.ts';

const HEIGHT = 304;
/** Pixels of one tick label. */
const LABEL_WIDTH = 104;

export interface SawToothChart {
  getView(): View;
  showView(view: View): void;
  /** @param at seconds since 1970; null hides the cursor */
  setCursorTime(at: number | null): void;
  resizeToContainer(): void;
  repaint(): void;
}

export interface ChartEvents {
  onViewChange(view: View): void;
  onCursorMove(at: number | null): void;
}

export function createSawToothChart(
  container: HTMLElement,
  data: SawToothData,
  events: ChartEvents,
): SawToothChart {
  let colours: ChartColours = readChartColours(container);
  const whole: View = { from: data.from, to: data.to };
  let view = whole;
  const options: uPlot.Options = {
    width: container.clientWidth,
    height: HEIGHT,
    padding: [14, 30, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [view.from, view.to] },
      y: { range: () => [data.bottom, data.top] },
    },
    series: [
      {},
      {
        // The style sheet has six-digit colours. Two more digits make a colour translucent.
        stroke: (chart) => (isDense(chart, data) ? `${colours.accent}80` : colours.accent),
        fill: () => colours.accentSoft,
        width: 1.5,
        points: { show: false },
        // The line is interrupted in gaps.
        spanGaps: false,
      },
    ],
    axes: [createTimeAxis(() => colours), createValidityAxis(data, () => colours)],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      bind: { dblclick: () => () => showView(whole) },
    },
    hooks: {
      drawClear: [(chart) => drawBackground(chart, data, colours)],
      draw: [(chart) => drawForeground(chart, data, colours)],
      setSelect: [(chart) => showSelected(chart)],
      setCursor: [(chart) => events.onCursorMove(findCursorTime(chart))],
    },
  };
  const chart = new uPlot(options, data.columns, container);

  /** Returns null, as uPlot requires of event handlers. */
  function showView(wanted: View): null {
    view = wanted;
    chart.setScale('x', { min: wanted.from, max: wanted.to });
    events.onViewChange(wanted);
    return null;
  }

  function showSelected({ select }: uPlot): void {
    if (select.width < 6) return;
    const [from, to] = [chart.posToVal(select.left, 'x'), chart.posToVal(select.left + select.width, 'x')];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    showView({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) });
  }

  return {
    getView: () => view,
    showView: (wanted) => void showView(wanted),
    setCursorTime: (at) => {
      const left = at === null ? -10 : chart.valToPos(at, 'x');
      chart.setCursor({ left, top: 10 });
    },
    resizeToContainer: () => chart.setSize({ width: container.clientWidth, height: HEIGHT }),
    repaint: () => {
      colours = readChartColours(container);
      chart.redraw(false, true);
    },
  };
}

const findCursorTime = (chart: uPlot): number | null => {
  const left = chart.cursor.left ?? -1;
  return left < 0 ? null : chart.posToVal(left, 'x');
};

const createTimeAxis = (colours: () => ChartColours): uPlot.Axis => ({
  ...styleAxis(colours),
  size: 34,
  splits: (chart, _, from, to) =>
    buildTimeAxis({ from: from * 1000, to: to * 1000 }, countTicks(chart)).ticks.map((at) => at / 1000),
  values: (chart, splits) => {
    const { min = 0, max = 0 } = chart.scales.x ?? {};
    const { step } = buildTimeAxis({ from: min * 1000, to: max * 1000 }, countTicks(chart));
    const axis = { ticks: splits.map((at) => at * 1000), step };
    return labelTicks(axis, 'first').map(({ label }) => label);
  },
});

const countTicks = ({ width }: uPlot) => Math.max(2, Math.floor(width / LABEL_WIDTH));

const createValidityAxis = ({ bottom, top }: SawToothData, colours: () => ChartColours): uPlot.Axis => ({
  ...styleAxis(colours),
  size: 62,
  splits: () => listMultiples(chooseRoundStep(top - bottom, 6), bottom, top),
  values: (_, splits) => splits.map(formatShortDuration),
});

const styleAxis = (colours: () => ChartColours): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> => ({
  stroke: () => colours().muted,
  grid: { stroke: () => colours().grid, width: 1 },
  ticks: { stroke: () => colours().grid, width: 1 },
  font: colours().font,
});
