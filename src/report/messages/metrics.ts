/** What each metric says, as Prometheus shows it beside its name. Without line ends, quotes and backslashes. */
export const METRIC_HELP = {
  expiration: 'When the credentials of the last sample expire.',
  lastUpdated: 'When the credentials of the last sample were issued, where the source says so.',
  observedRemaining: 'Remaining validity at the last sample, not at the scrape.',
  minRemaining:
    'The least that a job could have been handed within the window: remaining validity at the worst rotation or sample.',
  worstCase: 'The least that a job could have been handed in the time that was judged.',
  rotationInterval: 'Time between two rotations.',
  rotations: 'Rotations that are known of.',
  polls:
    'Polls by how they ended: ok, timeout, http_error (answered with an error), parse_error (with nothing usable), absent (nothing there to ask).',
  lastSuccess: 'When the last sample was taken.',
  lastAttempt: 'When the last poll ended, whether it brought a sample or not.',
  up: 'Whether the last poll brought a sample.',
  clockOffset: 'Clock of the host less that of AWS, as the newest credentials were found.',
  retired: 'Whether another series of the same host and source has replaced this one.',
  pollDuration: 'How long the last poll took.',
  jobSafe: 'Whether the job is safe at any start; missing where that is unknown.',
  jobVerdict: 'The verdict on the job: 1 at the one that holds.',
  jobRequired: 'Length of the job and its margin.',
  jobSafeStarts: 'Part of the watched time in which a start was safe.',
  buildInfo: 'Version of cred-watch, and of Node.js that it runs on.',
} as const;
