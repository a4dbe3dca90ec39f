import uPlot from 'uplot';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import { chooseRoundStep, multiplesWithin } from '../../drawing/round-steps.ts';
import { buildTimeAxis, labelTicks } from '../../drawing/time-axis.ts';
import { type ChartColours, readChartColours } from './colours.ts';
import { drawBackground, drawForeground, isDense } from './layers.ts';
import type { SawToothData } from './saw-tooth-data.ts';
import type { View } from './zoom.ts';

const HEIGHT = 304;
/** Pixels that the words of one tick take. */
const LABEL_WIDTH = 104;

export interface SawToothChart {
  getView(): View;
  showView(view: View): void;
  /** The moment under the reading line, in seconds; null where there is none. */
  setCursorTime(at: number | null): void;
  resizeToContainer(): void;
  repaint(): void;
}

export interface ChartEvents {
  onViewChange(view: View): void;
  onCursorMove(at: number | null): void;
}

export function createSawToothChart(
  place: HTMLElement,
  tooth: SawToothData,
  events: ChartEvents,
): SawToothChart {
  let colours: ChartColours = readChartColours(place);
  const whole: View = { from: tooth.from, to: tooth.to };
  let view = whole;
  const options: uPlot.Options = {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [14, 30, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: () => [view.from, view.to] },
      y: { range: () => [tooth.bottom, tooth.top] },
    },
    series: [
      {},
      {
        // Colours of the style sheet are of six digits: two more make them translucent.
        stroke: (chart) => (isDense(chart, tooth) ? `${colours.accent}80` : colours.accent),
        fill: () => colours.accentSoft,
        width: 1.5,
        points: { show: false },
        // Each break of the line is there for a reason.
        spanGaps: false,
      },
    ],
    axes: [timeTicks(() => colours), lengthTicks(tooth, () => colours)],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      bind: { dblclick: () => () => show(whole) as null },
    },
    hooks: {
      drawClear: [(chart) => drawBackground(chart, tooth, colours)],
      draw: [(chart) => drawForeground(chart, tooth, colours)],
      setSelect: [(chart) => showSelected(chart)],
      setCursor: [(chart) => events.onCursorMove(underCursor(chart))],
    },
  };
  const chart = new uPlot(options, tooth.columns, place);

  function show(wanted: View): null {
    view = wanted;
    chart.setScale('x', { min: wanted.from, max: wanted.to });
    events.onViewChange(wanted);
    return null;
  }

  function showSelected({ select }: uPlot): void {
    if (select.width < 6) return;
    const [from, to] = [chart.posToVal(select.left, 'x'), chart.posToVal(select.left + select.width, 'x')];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) });
  }

  return {
    getView: () => view,
    showView: (wanted) => void show(wanted),
    setCursorTime: (at) => {
      const left = at === null ? -10 : chart.valToPos(at, 'x');
      chart.setCursor({ left, top: 10 });
    },
    resizeToContainer: () => chart.setSize({ width: place.clientWidth, height: HEIGHT }),
    repaint: () => {
      colours = readChartColours(place);
      chart.redraw(false, true);
    },
  };
}

const underCursor = (chart: uPlot): number | null => {
  const left = chart.cursor.left ?? -1;
  return left < 0 ? null : chart.posToVal(left, 'x');
};

const timeTicks = (colours: () => ChartColours): uPlot.Axis => ({
  ...look(colours),
  size: 34,
  splits: (chart, _, from, to) =>
    buildTimeAxis({ from: from * 1000, to: to * 1000 }, ticksIn(chart)).ticks.map((at) => at / 1000),
  values: (chart, splits) => {
    const { min, max } = chart.scales.x!;
    const { step } = buildTimeAxis({ from: min! * 1000, to: max! * 1000 }, ticksIn(chart));
    const axis = { ticks: splits.map((at) => at * 1000), step };
    return labelTicks(axis, 'first').map(({ label }) => label);
  },
});

const ticksIn = ({ width }: uPlot) => Math.max(2, Math.floor(width / LABEL_WIDTH));

const lengthTicks = ({ bottom, top }: SawToothData, colours: () => ChartColours): uPlot.Axis => ({
  ...look(colours),
  size: 62,
  splits: () => multiplesWithin(chooseRoundStep(top - bottom, 6), bottom, top),
  values: (_, splits) => splits.map(formatShortDuration),
});

const look = (colours: () => ChartColours): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> => ({
  stroke: () => colours().muted,
  grid: { stroke: () => colours().grid, width: 1 },
  ticks: { stroke: () => colours().grid, width: 1 },
  font: colours().font,
});
