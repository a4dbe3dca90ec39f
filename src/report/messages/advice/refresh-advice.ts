/** What helps a job that is not safe, whatever the history says. */
export const REFRESH_ADVICE =
  'let the job refresh its credentials instead of using a copy (IAM_ROLE for a Redshift COPY), or split the job';

export const LONGER_VALIDITY_ADVICE =
  'make the source issue credentials with a longer validity (for a role: --duration, or duration_seconds of the profile)';
