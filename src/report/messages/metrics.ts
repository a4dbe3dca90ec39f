/**
 * All metrics without the prefix `cred_watch_`. A name ends in its unit, if there is one, and the name of a
 * counter in `_total`. OpenMetrics would escape line ends, quotes and backslashes, so no text contains them.
 */
export const METRIC_HELP = {
  credential_expiration_timestamp_seconds: 'When the credentials of the last sample expire.',
  credential_last_updated_timestamp_seconds:
    'When the credentials of the last sample were issued, if the source states it.',
  observed_remaining_seconds: 'Remaining validity at the last sample, not at the scrape.',
  min_remaining_seconds:
    'Shortest validity that a job could have started with in the window, over rotations and samples.',
  worst_case_remaining_seconds: 'Shortest validity that a job could have started with in the selected time.',
  rotation_interval_seconds: 'Time between two rotations.',
  rotations_total: 'Known rotations.',
  last_rotation_timestamp_seconds:
    'When the source last rotated the credentials; only witnessed rotations count.',
  rotation_overdue_timestamp_seconds:
    'When the next rotation becomes overdue, if the source still serves the same credentials then.',
  lead_time_shrinking_seconds: 'How much shorter the smallest lead time becomes per day; 0 without a trend.',
  finding: 'Always 1, for each finding of the report; other findings are missing.',
  polls_total:
    'Polls by result: ok, timeout, http_error (error response), parse_error (unusable response), absent (no endpoint or no credentials).',
  poll_last_success_timestamp_seconds: 'When the last sample was taken.',
  poll_last_attempt_timestamp_seconds: 'When the last poll ended, successful or not.',
  source_up: 'Whether the last poll was successful.',
  clock_offset_seconds: 'Clock of the host minus the clock of AWS, from the newest credentials.',
  series_retired: 'Whether another series of the same host and source has replaced this one.',
  poll_duration_seconds: 'Duration of the last poll.',
  job_safe: 'Whether the job is safe at any start; missing if unknown.',
  job_verdict: 'Verdict on the job: 1 for the current verdict, 0 for all others.',
  job_required_seconds: 'Job duration plus margin.',
  job_safe_starts_ratio: 'Share of the watched time in which a start was safe.',
  served_credentials_valid: 'Whether the role has valid credentials for clients of the server.',
  served_expiration_timestamp_seconds: 'When the served credentials of the role expire.',
  served_next_refresh_timestamp_seconds: 'When the credentials of the role are refreshed next.',
  served_failed_refreshes: 'Failed refreshes of the role in a row.',
  fleet_hosts: 'Hosts of the fleet.',
  fleet_series: 'Series of all hosts.',
  fleet_worst_case_remaining_seconds: 'Shortest validity that a job could have started with on any host.',
  fleet_silent_hosts: 'Hosts without a recent sample.',
  fleet_failing_hosts: 'Hosts whose newest poll of a source failed.',
  fleet_changed_roles: 'Roles and sources whose behaviour changed in the last week.',
  fleet_shrinking_roles: 'Roles and sources whose lead times shrink.',
  fleet_job_hosts: 'Hosts by the safety of the job: safe, not-safe or unknown.',
  fleet_job_safe_hosts_ratio: 'Share of hosts on which the job is safe at any start.',
  fleet_job_safe: 'Whether the job is safe on all hosts; missing if unknown.',
  fleet_job_required_seconds: 'Job duration plus margin.',
  fleet_group_hosts: 'Hosts of the group.',
  fleet_group_worst_case_remaining_seconds:
    'Shortest validity that a job could have started with on any host of the group.',
  fleet_group_job_hosts: 'Hosts of the group by the safety of the job: safe, not-safe or unknown.',
  fleet_group_job_safe_hosts_ratio: 'Share of hosts of the group on which the job is safe at any start.',
  build_info: 'Version of cred-watch and of Node.js.',
} as const;
