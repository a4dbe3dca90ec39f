import type { Measurement } from '../../measurement/measurement.ts';
import type { Finding, FindingCode } from '../finding.ts';
import type { FailureFindingCode } from '../series-analysis.ts';

/** Whether the finding concerns a start now. Others are about the past or about polling. */
export function mattersNow(finding: Finding, measurement: Measurement | null): boolean {
  // A failure matters until a sample follows.
  if (finding.code === 'POLLS_FAILED' || finding.code === 'SESSION_LONGER_THAN_ROLE')
    return finding.lastAt > (measurement?.lastSample ?? 0);
  return MATTERS_NOW[finding.code];
}

/** Whether a finding matters for a start now, and not only for the history. */
const MATTERS_NOW: Readonly<Record<Exclude<FindingCode, FailureFindingCode>, boolean>> = {
  // A poll notes it.
  SIMULATED_CREDENTIALS: false,
  SERVED_EXPIRED: false,
  ROTATION_TOO_LATE: false,
  ROTATION_OVERDUE: true,
  ISSUED_PER_REQUEST: true,
  // A poll notes these.
  ROLE_CHAIN_CAPPED: false,
  DURATION_NOT_SET: false,
  SSO_TOKEN_EXPIRES: false,
  // The requested duration of this poll counts.
  DURATIONS_MIXED: false,
  TWO_AT_ONCE: true,
  LEAD_TIMES_SHRINK: false,
  EXPIRATION_EXTENDED: false,
  ISSUED_IN_FUTURE: true,
  // The time of this poll counts. The times of old samples do not.
  VALIDITY_TOO_LONG: false,
  STALE_SAMPLES: false,
  POLLS_STOPPED: false,
  POLLING_GAP: false,
  POLLS_TOO_RARE: false,
  CLOCK_SKEW: true,
  CLOCK_UNKNOWN: false,
  ZONELESS_TIME: false,
  IMDS_V1_USED: false,
};
