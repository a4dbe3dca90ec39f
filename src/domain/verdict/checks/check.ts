import type { Measurement } from '../../measurement/measurement.ts';
import type { FindingCode, FindingFields } from '../finding.ts';
import type { CheckedSeries } from '../series-analysis.ts';

/** All findings that need samples. `POLLS_FAILED` does not. */
export type SampleFindingCode = Exclude<FindingCode, 'POLLS_FAILED'>;

/** Each check returns the fields of its finding, or null if there is nothing to report. */
export type SampleChecks = {
  [Code in SampleFindingCode]: (
    measurement: Measurement,
    series: CheckedSeries,
  ) => FindingFields[Code] | null;
};
