import type { CheckId } from '../../../domain/conformance/check-list.ts';
import type {
  ConformanceRun,
  SkipReason,
  UnknownReason,
  UnreachableReason,
} from '../../../domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../../domain/conformance/conformance-check.ts';
import type { ConformanceVerdict } from '../../../domain/conformance/verdict.ts';
import type { WatchSummary } from '../../../domain/conformance/watch/watched-read.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { formatCount, formatNumber } from '../../text/format-values.ts';
import { CONTAINER_REQUIREMENTS } from './container-checks.ts';
import { NO_RESPONSE_PHRASES } from './failures.ts';
import { IMDS_REQUIREMENTS } from './imds-checks.ts';

export const describeRequirement = (id: CheckId): string =>
  ({ ...IMDS_REQUIREMENTS, ...CONTAINER_REQUIREMENTS })[id];

export const SHAPE_NAMES: Record<ConformanceShape, string> = {
  imds: 'IMDS',
  ecs: 'ECS',
  eks: 'EKS Pod Identity',
  cloudshell: 'CloudShell',
};

const VERDICTS: Record<ConformanceVerdict, string> = {
  conforms: 'conforms',
  'does-not-conform': 'does not conform',
  unknown: 'unknown',
};

/** `http://127.0.0.1:1338 (IMDS): does not conform`. */
export const describeVerdict = ({ endpoint, shape }: ConformanceRun, verdict: ConformanceVerdict): string =>
  `${endpoint} (${SHAPE_NAMES[shape]}): ${VERDICTS[verdict]}`;

export function describeSkipReason(reason: SkipReason): string {
  switch (reason.code) {
    case 'NEEDS_WATCH':
      return 'needs --watch';
    case 'NO_ROTATION_SEEN':
      return 'no rotation was seen: watch for longer';
    case 'TOKEN_NOT_ROTATED':
      return 'the token file did not change';
    case 'NO_TOKEN_NEEDED':
      return 'the endpoint needs no token';
    case 'NO_TOKEN_FILE':
      return 'the token comes from no file';
    case 'NO_QUERY':
      return 'the URL has no query';
    case 'NO_VARIABLES':
      return 'no environment variable names this endpoint';
    case 'NEEDS_TOKEN':
      return 'needs an authorization token: --token-file';
    case 'CHECK_FAILED':
      return `needs ${reason.check}`;
    case 'NO_ROLE':
      return 'no role is attached';
    case 'ROLE_ATTACHED':
      return 'a role is attached';
    case 'NO_CREDENTIALS':
      return 'the endpoint serves an error in the place of credentials';
    case 'NO_ERROR_DOCUMENT':
      return 'the endpoint serves no error document';
    case 'IMDS_V1_ALLOWED':
      return 'IMDSv1 is allowed, so the token may be ignored';
    case 'LINK_LOCAL_ADDRESS':
      return 'not documented for the address of AWS';
  }
}

export function describeUnknownReason(reason: UnknownReason): string {
  switch (reason.code) {
    case 'TIME_LIMIT':
      return 'not made within the time limit';
    case 'REQUEST_LIMIT':
      return 'not made within the limit of requests';
    case 'THROTTLED':
      return 'the endpoint throttles requests: run again';
    case 'NO_RESPONSE':
      return NO_RESPONSE_PHRASES[reason.reason];
  }
}

/** Why the endpoint could not be checked, and what to do. */
export function describeUnreachable({ reason, detail }: UnreachableReason): {
  message: string;
  hint: string;
} {
  if (reason === 'disabled') {
    return {
      message: 'the endpoint refuses every request with 403',
      hint: 'IMDS is disabled, a firewall blocks it, or a proxy adds X-Forwarded-For',
    };
  }
  if (reason === 'no-tls') {
    return {
      message: 'the endpoint does not use TLS',
      hint: 'give the URL with http:// instead of https://',
    };
  }
  return {
    message: `${NO_RESPONSE_PHRASES[reason]}${detail === '' ? '' : `: ${detail}`}`,
    hint: 'check the URL, and whether the endpoint is running',
  };
}

/** `watched for 2h: 720 reads, 2 rotations, at least 24m valid`. */
export function describeWatch(watch: WatchSummary): string {
  const { plannedSeconds, watchedSeconds, readCount, failedReadCount, rotationCount, minRemainingSeconds } =
    watch;
  const planned = watchedSeconds < plannedSeconds ? ` of ${formatDuration(plannedSeconds)}` : '';
  const failed = failedReadCount === 0 ? '' : ` (${formatNumber(failedReadCount)} failed)`;
  const shortest =
    // A failed check reports expired credentials.
    minRemainingSeconds === null || minRemainingSeconds <= 0
      ? ''
      : `, at least ${formatDuration(minRemainingSeconds)} valid`;
  const counts = `${formatCount(readCount, 'read')}${failed}, ${formatCount(rotationCount, 'rotation')}`;
  return `watched for ${formatDuration(watchedSeconds)}${planned}: ${counts}${shortest}`;
}
