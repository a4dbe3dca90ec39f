import type { PresignedSeries, PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { ReportContext } from '../context.ts';
import {
  describePresignedSeries,
  describePresignedUrls,
  formatLongestAlways,
  formatShareOfUrls,
  listPresignAdvice,
} from '../messages/presigned-urls.ts';
import { MAX_SERIES_IN_TEXT } from '../rows/readable-series.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { createPalette, type Palette, paintBySafety } from '../terminal/colour.ts';
import { clampWidth, layOutBlocks } from '../terminal/layout.ts';
import { formatNumber, formatSeriesName } from '../text/format-values.ts';

type PresignedContext = Pick<ReportContext, 'width' | 'hasColour' | 'isAsciiOnly' | 'seriesLimits' | 'times'>;

/** For a terminal: one section for each requested duration, with the lifetimes of URLs by series. */
export function renderPresignedTable(all: readonly PresignedUrls[], context: PresignedContext): string {
  const palette = createPalette(context);
  return palette.encode(all.map((each) => `${renderDuration(each, context, palette)}\n\n\n`).join(''));
}

function renderDuration(
  { requested, verdict, series }: PresignedUrls,
  context: PresignedContext,
  palette: Palette,
): string {
  const headline = paintBySafety(toSafety(verdict), describePresignedUrls(requested, verdict), palette);
  const max = context.seriesLimits.top ?? MAX_SERIES_IN_TEXT;
  const shown = series.length <= max ? series : worstFirst(series).slice(0, max);
  const blocks = shown.map((each) => listRows(each, context, palette));
  const hidden = series.length - shown.length;
  const more = hidden === 0 ? [] : [`  and ${formatNumber(hidden)} more series`];
  return [headline, ...layOutBlocks(blocks, clampWidth(context.width), palette), ...more].join('\n\n');
}

const worstFirst = (series: readonly PresignedSeries[]): PresignedSeries[] =>
  series.toSorted(
    (a, b) =>
      (a.lifetimes?.shortest ?? Number.MAX_SAFE_INTEGER) - (b.lifetimes?.shortest ?? Number.MAX_SAFE_INTEGER),
  );

function listRows(presigned: PresignedSeries, { times }: PresignedContext, palette: Palette): Row[] {
  const { series, judgement, lifetimes } = presigned;
  const { measurement, identity } = series.analysis;
  const verdict = paintBySafety(toSafety(judgement.verdict), describePresignedSeries(presigned), palette);
  const measured: Row[] =
    lifetimes === null
      ? []
      : [
          ['shortest lifetime', duration(lifetimes.shortest), '', 'bold'],
          ['median lifetime', lifetimes.median === null ? 'unknown' : duration(lifetimes.median)],
          [
            'whole duration',
            lifetimes.shareOfFullDuration === null
              ? 'unknown'
              : `${formatShareOfUrls(lifetimes.shareOfFullDuration)} worked for ${duration(judgement.job.duration)}`,
          ],
          ['always works', formatLongestAlways(lifetimes)],
        ];
  return [
    ['series', formatSeriesName(identity)],
    ['verdict', verdict],
    ...measured,
    ...continueRows('what to do', listPresignAdvice(presigned, measurement, times)),
  ];
}
