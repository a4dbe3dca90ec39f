import uPlot from 'uplot';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import { multiplesWithin, roundStep } from '../../drawing/round-steps.ts';
import { timeAxis } from '../../drawing/time-axis.ts';
import { tickLabels } from '../../text/tick-labels.ts';
import { type Colours, coloursOf } from './colours.ts';
import { drawBefore, drawBehind, isBand } from './layers.ts';
import type { SawTooth } from './saw-tooth-data.ts';
import type { View } from './zoom.ts';

const HEIGHT = 304;
/** Pixels that the words of one tick take. */
const LABEL_WIDTH = 104;

export interface SawToothChart {
  view(): View;
  show(view: View): void;
  /** The moment under the reading line, in seconds; null where there is none. */
  read(at: number | null): void;
  fit(): void;
  repaint(): void;
}

export interface ChartEvents {
  onView(view: View): void;
  onRead(at: number | null): void;
}

export function drawSawTooth(place: HTMLElement, tooth: SawTooth, events: ChartEvents): SawToothChart {
  let colours: Colours = coloursOf(place);
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
        stroke: (chart) => (isBand(chart, tooth) ? `${colours.accent}80` : colours.accent),
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
      drawClear: [(chart) => drawBehind(chart, tooth, colours)],
      draw: [(chart) => drawBefore(chart, tooth, colours)],
      setSelect: [(chart) => showSelected(chart)],
      setCursor: [(chart) => events.onRead(underCursor(chart))],
    },
  };
  const chart = new uPlot(options, tooth.columns, place);

  function show(wanted: View): null {
    view = wanted;
    chart.setScale('x', { min: wanted.from, max: wanted.to });
    events.onView(wanted);
    return null;
  }

  function showSelected({ select }: uPlot): void {
    if (select.width < 6) return;
    const [from, to] = [chart.posToVal(select.left, 'x'), chart.posToVal(select.left + select.width, 'x')];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) });
  }

  return {
    view: () => view,
    show: (wanted) => void show(wanted),
    read: (at) => {
      const left = at === null ? -10 : chart.valToPos(at, 'x');
      chart.setCursor({ left, top: 10 });
    },
    fit: () => chart.setSize({ width: place.clientWidth, height: HEIGHT }),
    repaint: () => {
      colours = coloursOf(place);
      chart.redraw(false, true);
    },
  };
}

const underCursor = (chart: uPlot): number | null => {
  const left = chart.cursor.left ?? -1;
  return left < 0 ? null : chart.posToVal(left, 'x');
};

const timeTicks = (colours: () => Colours): uPlot.Axis => ({
  ...look(colours),
  size: 34,
  splits: (chart, _, from, to) =>
    timeAxis({ from: from * 1000, to: to * 1000 }, ticksIn(chart)).ticks.map((at) => at / 1000),
  values: (chart, splits) => {
    const { min, max } = chart.scales.x!;
    const { step } = timeAxis({ from: min! * 1000, to: max! * 1000 }, ticksIn(chart));
    return tickLabels(
      splits.map((at) => at * 1000),
      step,
      'first',
    );
  },
});

const ticksIn = ({ width }: uPlot) => Math.max(2, Math.floor(width / LABEL_WIDTH));

const lengthTicks = ({ bottom, top }: SawTooth, colours: () => Colours): uPlot.Axis => ({
  ...look(colours),
  size: 62,
  splits: () => multiplesWithin(roundStep(top - bottom, 6), bottom, top),
  values: (_, splits) => splits.map(formatShortDuration),
});

const look = (colours: () => Colours): Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> => ({
  stroke: () => colours().muted,
  grid: { stroke: () => colours().grid, width: 1 },
  ticks: { stroke: () => colours().grid, width: 1 },
  font: colours().font,
});
