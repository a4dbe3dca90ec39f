import type { ChainFinding } from '../../../domain/provider-chain/finding.ts';
import type { RoleBaseKind } from '../../../domain/provider-chain/providers.ts';
import { formatShortDuration } from '../../../domain/time/duration.ts';
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
  const limit = formatShortDuration(limitSeconds);
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
  message: `profile ${profile} has duration_seconds = ${durationSeconds}, but no role allows more than ${formatShortDuration(limitSeconds)}: AWS rejects the request`,
  hint: `set duration_seconds to the maximum session duration of the role, at most ${limitSeconds}`,
});

export const describeDefaultDuration = ({ profile }: ChainFinding<'DURATION_NOT_SET'>): Explanation => ({
  message: `profile ${profile} has no duration_seconds, so the credentials of its role last 1h, the default of AWS`,
  hint: 'for longer jobs, set duration_seconds to at most the maximum session duration of the role',
});
