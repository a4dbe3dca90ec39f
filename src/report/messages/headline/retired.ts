import type { SeriesIdentity } from '../../../domain/model.ts';
import type { AssessedSeries } from '../../../domain/verdict/assessment.ts';
import type { Replacement } from '../../../domain/verdict/figures/choose-series.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatNumber, formatSeriesName } from '../../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';

/** A series, and the series that has replaced it. */
export interface ReplaceableSeries {
  identity: SeriesIdentity;
  /** Null unless the series is retired. */
  replacedBy: Replacement | null;
}

/** Follows the name of a retired series. */
export const RETIRED_SUFFIX = ' (retired)';

/** The name of a series, with a suffix if it is retired. */
export const formatMarkedName = ({ identity, replacedBy }: ReplaceableSeries): string =>
  `${formatSeriesName(identity)}${replacedBy === null ? '' : RETIRED_SUFFIX}`;

/** `retired: replaced by newrole since 2026-11-30 08:53:55Z`. Null unless the series is retired. */
export function describeRetired(
  { identity, replacedBy }: ReplaceableSeries,
  times: TimeFormat = UTC_TIMES,
  quote: (name: string) => string = escapeUnprintable,
): string | null {
  if (replacedBy === null) return null;
  const { source, apiVersion, role } = replacedBy.identity;
  const api = apiVersion === '' ? source : `${source} v${apiVersion}`;
  const name = role !== '' && role !== identity.role ? role : api;
  const { firstSample, endedAt } = replacedBy;
  return endedAt === undefined
    ? `retired: replaced by ${quote(name)} since ${times.timestamp(firstSample)}`
    : `retired: replaced again by ${quote(name)} after ${times.timestamp(endedAt)}`;
}

/** A verdict of several series. Null if none of them is retired. */
export function describeRetiredSeries(
  judged: readonly AssessedSeries[],
  times: TimeFormat = UTC_TIMES,
): string | null {
  const retired = judged.filter(({ isRetired }) => isRetired);
  const [first] = retired;
  if (first === undefined) return null;
  if (judged.length === 1) return describeRetired(first, times);
  const count = `${formatNumber(retired.length)} of ${formatNumber(judged.length)} series`;
  return `retired: ${count}, such as ${formatSeriesName(first.identity)}`;
}

/** What to do about a verdict from a retired series. The name of the series that replaced it is next to its own name. */
export const RETIRED_ADVICE =
  'this series is retired, so the host no longer gets these credentials: judge the series that replaced it, with its --role or without --role';
