import type { Column } from '../../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../../domain/measurement/columns/column-measurement.ts';
import type { RecordedColumns } from '../../domain/measurement/columns/generation-columns.ts';
import type { HistoryColumns } from '../../domain/measurement/columns/history-lists.ts';
import { findEndingRotations, findValidityWhenIssued } from '../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Instant, Seconds, SeriesIdentity, SessionFacts } from '../../domain/model.ts';
import { alignRecorded } from './align-recorded.ts';
import { formatMonth } from './partition.ts';

/** A series with the facts of its generations. */
export interface MeasuredSeries {
  identity: SeriesIdentity;
  isPolled: boolean;
  isRetired: boolean;
  session: SessionFacts | null;
  /** The newest known clock offset of the host. Null unless this series has the newest sample of the host. */
  hostClockOffset: Seconds | null;
  measurement: Measurement;
  history: HistoryColumns;
  /** The generations as stored, in the order of `history`. */
  recorded: RecordedColumns;
  /** See {@link findValidityWhenIssued}. */
  validityWhenIssued: Column;
  /** See {@link findEndingRotations}. */
  endings: Column;
}

export interface SeriesToPrepare
  extends Pick<
    MeasuredSeries,
    'identity' | 'isPolled' | 'isRetired' | 'session' | 'hostClockOffset' | 'measurement'
  > {
  /** The measured generations as stored, in any order. */
  generations: RecordedColumns;
}

export function prepareSeries({ generations, ...series }: SeriesToPrepare): MeasuredSeries {
  const history = getHistoryColumns(series.measurement);
  return {
    ...series,
    history,
    recorded: alignRecorded(generations, history.generations),
    validityWhenIssued: findValidityWhenIssued(history),
    endings: findEndingRotations(history),
  };
}

/** The indexes of the generations by the month of their first sample, in order of issue. */
export const groupByMonth = (series: MeasuredSeries): Map<string, number[]> =>
  groupByTime(series, formatMonth);

/** The indexes of the generations by a text that is formatted from the time of their first sample. */
export function groupByTime(
  { history }: MeasuredSeries,
  format: (instant: Instant) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, firstSeen] of history.generations.firstSeen.entries()) {
    const name = format(firstSeen);
    const indexes = groups.get(name);
    if (indexes === undefined) groups.set(name, [index]);
    else indexes.push(index);
  }
  return groups;
}
