export interface Finding {
  code: FindingCode;
  severity: 'problem' | 'note';
  /** Arguments of the sentence: numbers in seconds, instants in milliseconds. */
  args: Readonly<Record<string, number | string | boolean | null>>;
}

/** Permanent: tests and other programs match on them. `report/messages` turns them into sentences. */
export const FINDING_CODES = [
  'SERVED_EXPIRED',
  'ROTATION_TOO_LATE',
  'ROTATION_OVERDUE',
  'ISSUED_PER_REQUEST',
  'TWO_AT_ONCE',
  'EXPIRATION_EXTENDED',
  'ISSUED_IN_FUTURE',
  'POLLING_GAP',
  'POLLS_TOO_RARE',
  'POLLS_FAILED',
  'STALE_SAMPLES',
  'CLOCK_SKEW',
  'CLOCK_UNKNOWN',
  'ZONELESS_TIME',
  'IMDS_V1_USED',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];
