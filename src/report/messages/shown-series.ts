import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { SeriesSummary, ShownSeries } from '../../domain/verdict/shown-series.ts';
import { formatCount, formatNumber } from '../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { formatSafety } from './verdicts.ts';

/** One line for each group of series that a table or a page does not show. */
export function describeHiddenSeries(
  { retired, beyondTop }: Omit<ShownSeries, 'shown'>,
  times: TimeFormat = UTC_TIMES,
): string[] {
  return [
    ...(beyondTop === null
      ? []
      : [`${describeGroup('less important', beyondTop, times)}; show more with \`report --top NUMBER\``]),
    ...(retired === null
      ? []
      : [`${describeGroup('retired', retired, times)}; show them with \`report --retired\``]),
  ];
}

/** `12 retired series are not shown: 345 samples from … to …, worst case 4h 59m 36s`. */
function describeGroup(kind: string, { count, ...summary }: SeriesSummary, times: TimeFormat): string {
  const { sampleCount, firstSample, lastSample, worstCase, verdict } = summary;
  const facts = [
    firstSample === null || lastSample === null
      ? 'no samples'
      : `${formatCount(sampleCount, 'sample')} from ${times.span(firstSample, lastSample)}`,
    ...(worstCase === null ? [] : [`worst case ${duration(worstCase)}`]),
    ...(verdict === null ? [] : [`at worst ${formatSafety(verdict)}`]),
  ];
  return `${formatNumber(count)} ${kind} series ${count === 1 ? 'is' : 'are'} not shown: ${facts.join(', ')}`;
}
