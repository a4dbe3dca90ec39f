import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { Histogram } from '../../drawing/histogram.ts';
import { describeDistribution } from '../../messages/page.ts';
import { formatCount, formatNumber } from '../../text/format-values.ts';
import { html, type Markup } from '../markup.ts';
import { buildDurationTicks, formatPercent, renderSvgFrame } from './svg-frame.ts';

const HEIGHT = 130;
/** Of the duration axis. A narrow plot has fewer labels. */
const MAX_STEPS = 5;

/** The bins, with a line at the median. */
export function renderHistogramSvg(title: string, histogram: Histogram): Markup {
  const { bins, maxCount, extremes } = histogram;
  const [from, to] = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 0];
  const x = (length: number) => (length - from) / (to - from);
  const median = x(Math.max(from, Math.min(to, extremes.median)));
  return renderSvgFrame({
    label: describeDistribution(title, histogram),
    height: HEIGHT,
    gridLines: [0, 1],
    yLabels: [
      { position: 0, label: '0' },
      { position: 1, label: formatNumber(maxCount) },
    ],
    xTicks: buildDurationTicks(from, to, MAX_STEPS),
    marks: (y) => [
      ...bins
        .filter(({ count }) => count > 0)
        .map((bin) => {
          // A bin with few values must be visible, too.
          const height = Math.max(2, (HEIGHT * bin.count) / maxCount);
          return html`<rect class="bar" x="${formatPercent(x(bin.from))}" width="${formatPercent(1 / bins.length)}" y="${(y(0) - height).toFixed(2)}" height="${height.toFixed(2)}"><title>${duration(bin.from)} to ${duration(bin.to)}: ${formatCount(bin.count, 'time')}</title></rect>`;
        }),
      html`<line class="median" x1="${formatPercent(median)}" x2="${formatPercent(median)}" y1="${y(0)}" y2="${y(1)}"/>`,
    ],
  });
}
