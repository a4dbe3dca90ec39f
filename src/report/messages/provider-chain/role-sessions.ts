import { DEFAULT_ROLE_SESSION, MAX_CHAINED_SESSION, MAX_ROLE_SESSION } from '../../../domain/aws-limits.ts';
import type { Seconds, SourceName } from '../../../domain/model.ts';
import type { ChainFinding } from '../../../domain/provider-chain/findings/finding.ts';
import type { RoleBaseKind } from '../../../domain/provider-chain/providers.ts';
import type { RequestedSession } from '../../../domain/requested-session.ts';
import { formatDuration, formatFlagDuration } from '../../../domain/time/duration.ts';
import type { JobRequirement } from '../../../domain/verdict/job-verdict.ts';
import { REFRESH_ADVICE } from '../advice/refresh-advice.ts';
import type { Explanation } from '../failures/explanation.ts';

const BASES: Record<RoleBaseKind, string> = {
  role: 'another role',
  'web-identity': 'the role of a web identity',
  sso: 'a role of IAM Identity Center',
  container: 'the role of the task or pod',
  imds: 'the role of the instance',
};

export const describeCappedChain = ({
  profile,
  base,
  durationSeconds,
  limitSeconds,
}: ChainFinding<'ROLE_CHAIN_CAPPED'>): Explanation => {
  const limit = formatDuration(limitSeconds);
  const assumed = `the role of profile ${profile} is assumed with ${BASES[base]}`;
  return durationSeconds === null
    ? {
        message: `${assumed}, so its credentials last ${limit}, whatever the maximum of the role is`,
        hint: `for jobs above ${limit}, let an identity that is not a role assume this role, or let the job refresh`,
      }
    : {
        message: `${assumed}, so AWS rejects duration_seconds = ${durationSeconds}: the maximum is ${limit}`,
        hint: `set duration_seconds to at most ${limitSeconds}`,
      };
};

export const describeTooLongSession = ({
  profile,
  durationSeconds,
  limitSeconds,
}: ChainFinding<'SESSION_LONGER_THAN_ROLE'>): Explanation => ({
  message: `profile ${profile} has duration_seconds = ${durationSeconds}, but no role allows more than ${formatDuration(limitSeconds)}: AWS rejects the request`,
  hint: `set duration_seconds to the maximum session duration of the role, at most ${limitSeconds}`,
});

export const describeDefaultDuration = ({
  provider,
  profile,
}: ChainFinding<'DURATION_NOT_SET'>): Explanation =>
  provider === 'profile-role'
    ? {
        message: `profile ${profile} has no duration_seconds, so the credentials of its role last 1h, AWS's default`,
        hint: 'for longer jobs, set duration_seconds to at most the maximum session duration of the role',
      }
    : {
        message: `SDKs request no duration for the role of ${profile === null ? 'the web identity' : `profile ${profile}`}, so its credentials last 1h, AWS's default`,
        hint: 'for longer jobs with a copy, use exec or env with `--source web-identity --duration TIME`, at most the maximum session duration of the role',
      };

/** Why no start will be safe with this session. */
export const describeShortSession = ({ durationSeconds, isChained }: RequestedSession): string =>
  isChained && (durationSeconds ?? MAX_CHAINED_SESSION) >= MAX_CHAINED_SESSION
    ? `never, because AWS limits credentials to ${formatDuration(MAX_CHAINED_SESSION)} if a role assumes the role`
    : `never, because the requested validity is ${formatDuration(durationSeconds ?? DEFAULT_ROLE_SESSION)}`;

/** Some seconds pass before the job starts. */
const MIN_EXTRA: Seconds = 60;

/** Round durations are easier to read. */
const STEP: Seconds = 300;

/** How a job gets credentials that are valid for long enough. */
export function describeLongerSession(
  { durationSeconds, isChained }: RequestedSession,
  { duration, margin }: JobRequirement,
  source: SourceName,
): string {
  if (durationSeconds === null) {
    return `raise the session duration of the permission set in IAM Identity Center, or ${REFRESH_ADVICE}`;
  }
  const limit = isChained ? MAX_CHAINED_SESSION : MAX_ROLE_SESSION;
  const required = duration + margin;
  if (required + MIN_EXTRA > limit) {
    const longest = `a job of less than ${formatDuration(Math.max(0, limit - margin))}`;
    return isChained
      ? `AWS limits role chaining to ${formatDuration(limit)}: assume the role with credentials of a user and not of a role, run ${longest}, or ${REFRESH_ADVICE}`
      : `no role allows more than ${formatDuration(limit)}: run ${longest}, or ${REFRESH_ADVICE}`;
  }
  const seconds = Math.ceil((required + MIN_EXTRA) / STEP) * STEP;
  const flags = `--source ${source} --duration ${formatFlagDuration(seconds)}`;
  // No SDK uses the `duration_seconds` of a profile for web identities.
  const request =
    source === 'role'
      ? `set duration_seconds = ${seconds} in the profile, or add ${flags}`
      : `add ${flags}, and pass these credentials on with exec or env`;
  const ceiling = isChained ? '' : ' (at most the maximum session duration of the role)';
  return `request a longer validity: ${request}${ceiling}; or ${REFRESH_ADVICE}`;
}
