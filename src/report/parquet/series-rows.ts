import type { Column } from '../../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../../domain/measurement/columns/column-measurement.ts';
import type { HistoryColumns } from '../../domain/measurement/columns/history-lists.ts';
import { findEndingRotations, findValidityWhenIssued } from '../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { SeriesIdentity } from '../../domain/model.ts';
import { formatMonth } from './partition.ts';

/** A series with the facts of its generations. */
export interface MeasuredSeries {
  identity: SeriesIdentity;
  isPolled: boolean;
  isRetired: boolean;
  measurement: Measurement;
  history: HistoryColumns;
  /** See {@link findValidityWhenIssued}. */
  validityWhenIssued: Column;
  /** See {@link findEndingRotations}. */
  endings: Column;
}

export function prepareSeries(
  series: Pick<MeasuredSeries, 'identity' | 'isPolled' | 'isRetired' | 'measurement'>,
): MeasuredSeries {
  const history = getHistoryColumns(series.measurement);
  const validityWhenIssued = findValidityWhenIssued(history);
  return { ...series, history, validityWhenIssued, endings: findEndingRotations(history) };
}

/** The indexes of the generations by the month of their first sample, in order of issue. */
export function groupByMonth({ history }: MeasuredSeries): Map<string, number[]> {
  const months = new Map<string, number[]>();
  for (const [index, firstSeen] of history.generations.firstSeen.entries()) {
    const month = formatMonth(firstSeen);
    const indexes = months.get(month);
    if (indexes === undefined) months.set(month, [index]);
    else indexes.push(index);
  }
  return months;
}
