/** Without line ends, quotes and backslashes, which OpenMetrics would escape. */
export const METRIC_HELP = {
  expiration: 'When the credentials of the last sample expire.',
  lastUpdated: 'When the credentials of the last sample were issued, if the source states it.',
  observedRemaining: 'Remaining validity at the last sample, not at the scrape.',
  minRemaining:
    'Shortest validity that a job could have started with in the window, over rotations and samples.',
  worstCase: 'Shortest validity that a job could have started with in the selected time.',
  rotationInterval: 'Time between two rotations.',
  rotations: 'Known rotations.',
  polls:
    'Polls by result: ok, timeout, http_error (error response), parse_error (unusable response), absent (no endpoint or no credentials).',
  lastSuccess: 'When the last sample was taken.',
  lastAttempt: 'When the last poll ended, successful or not.',
  up: 'Whether the last poll was successful.',
  clockOffset: 'Clock of the host minus the clock of AWS, from the newest credentials.',
  retired: 'Whether another series of the same host and source has replaced this one.',
  pollDuration: 'Duration of the last poll.',
  jobSafe: 'Whether the job is safe at any start; missing if unknown.',
  jobVerdict: 'Verdict on the job: 1 for the current verdict, 0 for all others.',
  jobRequired: 'Job duration plus margin.',
  jobSafeStarts: 'Share of the watched time in which a start was safe.',
  buildInfo: 'Version of cred-watch and of Node.js.',
} as const;
