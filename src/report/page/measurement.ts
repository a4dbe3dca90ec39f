import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { describeMeasuredValues } from '../table/series-rows.ts';
import { type Definition, type Markup, renderDefinitionList } from './markup.ts';

/** The most important first. */
const SHOWN_VALUES = [
  'worst case',
  'sampled minimum',
  'longest safe job',
  'rotation interval',
  'rotation windows',
  'validity when issued',
  'samples',
  'watched time',
] as const;

/** The measured values of one series. */
export function renderMeasurement(measurement: Measurement, isPolled: boolean, margin: Seconds): Markup {
  const values = describeMeasuredValues(measurement, isPolled, { margin, isAsciiOnly: false });
  const definitions = SHOWN_VALUES.map((label): Definition | false => {
    const { value, remark } = values[label] ?? {};
    return value !== undefined && [label, value, remark];
  });
  return renderDefinitionList(definitions, 'figures');
}
