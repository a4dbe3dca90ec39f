import type { Measurement } from '../../measurement/measurement.ts';
import {
  FINDING_CODES,
  FINDING_SEVERITIES,
  type Finding,
  type FindingCode,
  type FindingFields,
  type FindingWith,
} from '../finding.ts';
import type {
  CheckedSeries,
  FailureFindingCode,
  SampleChecks,
  SampleFindingCode,
} from '../series-analysis.ts';
import { CLOCK_CHECKS } from './clock-checks.ts';
import { checkFailedPolls, POLLING_CHECKS } from './polling-checks.ts';
import { ROTATION_CHECKS } from './rotation-checks.ts';
import { checkRefusedDuration, SESSION_CHECKS } from './session-checks.ts';

type FailureChecks = {
  [Code in FailureFindingCode]: (series: CheckedSeries) => FindingFields[Code] | null;
};

/** Every code has a check: a missing one does not compile. */
const SAMPLE_CHECKS: SampleChecks = {
  ...ROTATION_CHECKS,
  ...SESSION_CHECKS,
  ...POLLING_CHECKS,
  ...CLOCK_CHECKS,
};

const FAILURE_CHECKS: FailureChecks = {
  SESSION_LONGER_THAN_ROLE: checkRefusedDuration,
  POLLS_FAILED: checkFailedPolls,
};

const isFailureCode = (code: FindingCode): code is FailureFindingCode => Object.hasOwn(FAILURE_CHECKS, code);

/** The findings of a series, in the order of {@link FINDING_CODES}. */
export function findFindings(series: CheckedSeries): Finding[] {
  return FINDING_CODES.flatMap((code): Finding | [] => {
    if (isFailureCode(code)) return applyFailureCheck(code, series) ?? [];
    const { measurement } = series;
    return measurement === null ? [] : (applyCheck(code, measurement, series) ?? []);
  });
}

function applyFailureCheck<Code extends FailureFindingCode>(
  code: Code,
  series: CheckedSeries,
): FindingWith<Code> | null {
  return toFinding(code, FAILURE_CHECKS[code](series));
}

function applyCheck<Code extends SampleFindingCode>(
  code: Code,
  measurement: Measurement,
  series: CheckedSeries,
): FindingWith<Code> | null {
  return toFinding(code, SAMPLE_CHECKS[code](measurement, series));
}

const toFinding = <Code extends FindingCode>(
  code: Code,
  fields: FindingFields[Code] | null,
): FindingWith<Code> | null => fields && { code, severity: FINDING_SEVERITIES[code], ...fields };
