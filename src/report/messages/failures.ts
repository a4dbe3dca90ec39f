import type { FailureFacts, FailureReason } from '../../domain/model.ts';

const WAIT = 'nothing to do yet: the next poll will tell';

/** What a failed poll means, and what to do about it. */
export const FAILURE_MESSAGES: Record<FailureReason, [message: string, hint: string]> = {
  disabled: ['IMDS is switched off', 'unset it, or name another source with --source'],
  'v1-disabled': [
    'IMDSv2 gave no token and IMDSv1 is forbidden',
    'raise the hop limit of the instance, or see why the token request fails',
  ],
  'invalid-configuration': [
    'the configuration leads to no credentials',
    'set, correct or remove what is named',
  ],
  'host-not-allowed': [
    'the container endpoint is on a host that no SDK would ask',
    'use https, a loopback address or the address of ECS or EKS',
  ],
  'auth-token-unreadable': [
    'nothing was asked without the authorization token',
    'see that the token file exists and that this user may read it',
  ],
  'auth-token-invalid': [
    'the container authorization token has characters that no header can carry',
    'write the token anew, without line ends inside',
  ],
  'auth-token-expired': [
    'the endpoint says that the authorization token has expired',
    'see that the token file is still being rotated; read it anew for each request',
  ],
  'auth-rejected': ['the endpoint refused the authorization', 'see that the token belongs to this endpoint'],
  'no-role': [
    'IMDS answers, and the instance has no role',
    'attach an instance profile, or name another source with --source',
  ],
  'no-association': [
    'the endpoint knows of no role for this service account',
    'create the pod identity association, then start the pod again',
  ],
  'not-imds': ['something answered that is not IMDS', 'see what listens there: a proxy or a captive portal?'],
  'not-found': ['the endpoint has no credentials under this name', 'see that the role or path is right'],
  'token-empty': [
    'IMDS answered the token request with nothing',
    'see what listens there: this is no IMDS of AWS',
  ],
  'error-document': [
    'the endpoint answered with an error in place of credentials',
    'see the trust policy of the role; a repair shows at the next refresh, up to an hour later',
  ],
  malformed: ['these are no credentials', 'see what answers there, or who wrote them'],
  'unknown-expiry': [
    'nothing says when these credentials expire',
    'SDKs may never refresh them: see where they come from',
  ],
  starting: ['the ECS agent has just started and has no credentials yet', WAIT],
  throttled: ['the endpoint turns requests away: too many', 'poll less often, and see who else asks so much'],
  'server-error': ['the endpoint failed', WAIT],
  'bad-request': [
    'the endpoint did not understand the request',
    'see that the endpoint is what its variable says',
  ],
  redirect: ['the endpoint answered with a redirect, which is never followed', 'set the final address'],
  'unexpected-status': ['the endpoint answered with an unexpected status', 'see what listens there'],
  'response-too-large': ['the answer is larger than any credentials document', 'see what listens there'],
  unreachable: [
    'nothing answers at the endpoint',
    'is this an instance, task or pod with a role? `--source` names another source',
  ],
  timeout: ['no answer came in time', WAIT],
  'not-configured': ['there is nothing of this kind here', 'name another source with --source'],
  'long-lived': [
    'these keys say nothing of an end, and keys without a session token have none',
    'there is nothing to measure: they stay valid until somebody deletes them',
  ],
  'process-failed': [
    'the process that should have printed credentials did not',
    'run it by hand and see what it says',
  ],
};

const LET_THE_CLI =
  'cred-watch makes no such call: give that --process in place of --profile and --source, or a profile that has keys';

/** The hop limit swallows the answer to a token request and nothing else: it looks like a silent endpoint. */
const HOP_LIMIT =
  'if this is a container, the hop limit may swallow the answer: `aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`';

export function describeFailure({ reason, detail, misconfiguration, possibleHopLimit }: FailureFacts): {
  message: string;
  hint: string;
} {
  const [message, hint] = FAILURE_MESSAGES[reason];
  return {
    message: `${reason}: ${message}${detail === '' ? '' : ` (${detail})`}`,
    hint: possibleHopLimit ? HOP_LIMIT : misconfiguration?.code === 'NEEDS_AWS_CALL' ? LET_THE_CLI : hint,
  };
}
