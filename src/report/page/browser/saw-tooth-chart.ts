import uPlot from 'uplot';
import { buildTimeAxis, labelTicksInTwoLines, type TimeAxis } from '../../drawing/time-axis.ts';
import { PLOT_HEIGHT, SPACE_ABOVE, SPACE_BELOW } from '../charts/saw-tooth-scale.ts';
import { chooseValidityLabels, listValidityTicks } from '../charts/validity-labels.ts';
import { createColourReader } from './elements.ts';
import { drawBackground, drawForeground, isDense } from './layers.ts';
import { pageTimes } from './page-times.ts';
import type { SawToothData } from './saw-tooth-data.ts';
import type { View } from './zoom.ts';

const HEIGHT = SPACE_ABOVE + PLOT_HEIGHT + SPACE_BELOW;
/** Pixels of the labels left of the plot, as in the style sheet for the static chart. */
const SPACE_LEFT = 64;
/** Half of the last label of the time axis, which can have seconds. */
const SPACE_RIGHT = 28;
/** Pixels from one label of the time axis to the next. */
const TICK_DISTANCE = 60;

/** Times are in seconds since 1970. */
interface ChartEvents {
  onViewChange(view: View): void;
  /** Null: the cursor has left the chart. */
  onCursorMove(at: number | null): void;
}

export function createSawToothChart(container: HTMLElement, data: SawToothData, events: ChartEvents) {
  const colour = createColourReader(container);
  const font = `12px ${getComputedStyle(container).fontFamily}`;
  let view = data.whole;
  const gridStyle = { stroke: () => colour('grid'), width: 1 };
  const axisStyle = {
    stroke: () => colour('muted'),
    grid: gridStyle,
    ticks: { ...gridStyle, size: 4 },
    font,
  };
  const options: uPlot.Options = {
    width: container.clientWidth,
    height: HEIGHT,
    padding: [SPACE_ABOVE, SPACE_RIGHT, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [view.from, view.to] },
      y: { range: () => [data.bottom, data.top] },
    },
    series: [
      {},
      {
        // A band replaces lines that are too close.
        stroke: (chart) => (isDense(chart, data) ? 'transparent' : colour('accent')),
        fill: (chart) => (isDense(chart, data) ? 'transparent' : colour('accent-soft')),
        width: 1.5,
        points: { show: false },
        // The line is interrupted in gaps.
        spanGaps: false,
      },
    ],
    axes: [
      { ...createTimeAxis(), ...axisStyle },
      { ...createValidityAxis(data), ...axisStyle },
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      bind: { dblclick: () => () => showView(data.whole) },
    },
    hooks: {
      drawClear: [(chart) => drawBackground(chart, data, colour)],
      draw: [(chart) => drawForeground(chart, data, colour)],
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
    const { whole } = data;
    showView({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) });
  }

  return {
    getView: () => view,
    showView,
    /** Call after `data` has changed. */
    showData(wanted: View): void {
      view = wanted;
      // Without the second argument, uPlot would show the whole chart.
      chart.setData(data.columns, false);
      showView(wanted);
    },
    setCursorTime: (at: number) => chart.setCursor({ left: chart.valToPos(at, 'x'), top: 10 }),
    resizeToContainer: () => chart.setSize({ width: container.clientWidth, height: HEIGHT }),
    repaint: () => chart.redraw(false, true),
  };
}

const findCursorTime = (chart: uPlot): number | null => {
  const left = chart.cursor.left ?? -1;
  return left < 0 ? null : chart.posToVal(left, 'x');
};

function createTimeAxis(): uPlot.Axis {
  let axis: TimeAxis = { ticks: [], step: 1 };
  return {
    size: SPACE_BELOW,
    gap: 2,
    lineGap: 1.2,
    splits: ({ width }, _, from, to) => {
      const maxTicks = Math.max(2, Math.floor((width - SPACE_LEFT - SPACE_RIGHT) / TICK_DISTANCE));
      axis = buildTimeAxis({ from: from * 1000, to: to * 1000 }, maxTicks, pageTimes.zone);
      return axis.ticks.map((at) => at / 1000);
    },
    // uPlot asks for these texts after the positions.
    values: () => {
      const labels = labelTicksInTwoLines(axis, pageTimes);
      return labels.map(({ label, context }, index) =>
        context === (labels[index - 1]?.context ?? '') ? label : `${label}\n${context}`,
      );
    },
  };
}

/** The script replaces the fields of `data` after a poll. `drawForeground` draws the labels of jobs. */
const createValidityAxis = (data: SawToothData): uPlot.Axis => ({
  size: SPACE_LEFT,
  gap: 4,
  splits: () => listValidityTicks(data.bottom, data.top),
  values: (_, splits) => {
    const labels = chooseValidityLabels(data, PLOT_HEIGHT, data.jobs);
    return splits.map(
      (split) => labels.find(({ seconds, tone }) => seconds === split && tone === null)?.text ?? '',
    );
  },
});
