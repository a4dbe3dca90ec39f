import { formatShortDuration as short } from '../../../domain/time/duration.ts';
import type { Histogram } from '../../drawing/histogram.ts';
import { multiplesWithin, roundStep } from '../../drawing/round-steps.ts';
import { distributionMessage } from '../../messages/page.ts';
import { writeCount } from '../../text/writing.ts';
import { html, type Markup } from '../markup.ts';
import { percent, svgFrame } from './svg-frame.ts';

const HEIGHT = 130;

/** How often each length came, with the median. */
export function histogramSvg(what: string, found: Histogram): Markup {
  const { bins, most, extremes } = found;
  const [from, to] = [bins[0]!.from, bins.at(-1)!.to];
  const x = (length: number) => (length - from) / (to - from);
  const step = roundStep(to - from, 4);
  const median = x(Math.max(from, Math.min(to, extremes.median)));
  return svgFrame({
    label: distributionMessage(what, found),
    height: HEIGHT,
    yTicks: [
      { at: 0, label: '' },
      { at: 1, label: most.toLocaleString('en-US') },
    ],
    xTicks: multiplesWithin(step, from, to).map((at) => ({
      at: x(at),
      label: short(at),
    })),
    marks: (y) => [
      ...bins
        .filter(({ count }) => count > 0)
        .map((bin) => {
          // One of a thousand must be seen, too.
          const height = Math.max(2, (HEIGHT * bin.count) / most);
          return html`<rect class="bar" x="${percent(x(bin.from))}" width="${percent(1 / bins.length)}" y="${(y(0) - height).toFixed(2)}" height="${height.toFixed(2)}"><title>${short(bin.from)} to ${short(bin.to)}: ${writeCount(bin.count, 'time')}</title></rect>`;
        }),
      html`<line class="median" x1="${percent(median)}" x2="${percent(median)}" y1="${y(0)}" y2="${y(1)}"/>`,
    ],
  });
}
