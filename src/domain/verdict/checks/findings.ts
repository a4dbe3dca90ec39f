import type { Measurement } from '../../measurement/measurement.ts';
import { FINDING_CODES, FINDING_SEVERITIES, type Finding, type FindingWith } from '../finding.ts';
import type { CheckedSeries, SampleChecks, SampleFindingCode } from '../series-analysis.ts';
import { CLOCK_CHECKS } from './clock-checks.ts';
import { checkFailedPolls, POLLING_CHECKS } from './polling-checks.ts';
import { ROTATION_CHECKS } from './rotation-checks.ts';

/** Every code has a check: a missing one does not compile. */
const SAMPLE_CHECKS: SampleChecks = { ...ROTATION_CHECKS, ...POLLING_CHECKS, ...CLOCK_CHECKS };

/** The findings of a series, in the order of {@link FINDING_CODES}. */
export function findFindings(series: CheckedSeries): Finding[] {
  return FINDING_CODES.flatMap((code): Finding | [] => {
    if (code === 'POLLS_FAILED') {
      const fields = checkFailedPolls(series);
      return fields === null ? [] : { code, severity: FINDING_SEVERITIES[code], ...fields };
    }
    const { measurement } = series;
    return measurement === null ? [] : (applyCheck(code, measurement, series) ?? []);
  });
}

function applyCheck<Code extends SampleFindingCode>(
  code: Code,
  measurement: Measurement,
  series: CheckedSeries,
): FindingWith<Code> | null {
  const fields = SAMPLE_CHECKS[code](measurement, series);
  return fields === null ? null : { code, severity: FINDING_SEVERITIES[code], ...fields };
}
