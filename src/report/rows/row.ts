import type { Extremes } from '../../domain/measurement/measurement.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { SEPARATOR } from '../text/format-values.ts';

/**
 * A labelled value of a report. Each format draws the rows in its own way. The remark continues the value; the
 * page shows it in smaller type. Emphasis `bad`: the value shows that a job can fail.
 */
export type Row = readonly [label: string, value: string, remark?: string, emphasis?: 'bold' | 'bad'];

/** The value and the remark as one text. */
export const formatRow = ([, value, remark = '']: Row) => `${value} ${remark}`.trim();

/** The median, with the extremes as the remark. */
export function buildExtremesRow(label: string, { min, median, max }: Extremes): Row {
  const remark = ['median', `${duration(min)} min`, `${duration(max)} max`].join(SEPARATOR);
  return [label, duration(median), remark];
}

/** One row for each value. Only the first row has the label. */
export const continueRows = (label: string, values: readonly string[]): Row[] =>
  values.map((value, index) => [index === 0 ? label : '', value]);
