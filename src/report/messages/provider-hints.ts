import type { FailureReason } from '../../domain/model.ts';
import {
  type ChainFacts,
  IMDS_ORIGIN,
  type Provider,
  type ProviderProblem,
} from '../../domain/provider-chain/providers.ts';
import { describeFailure, FAILURE_MESSAGES } from './failures.ts';

type Failure = Extract<ProviderProblem, { code: 'POLL_FAILED' }>;
type Hint = (place: Provider, fault: Failure, facts: ChainFacts) => string;

const AGAIN = 'try again in a moment';
const RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const IMDS_SETTINGS = ['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'];
const PROFILE_SETTINGS = 'ec2_metadata_service_endpoint or its mode from the profile';

const unsetOrRemove = (setting: string) => `${setting.startsWith('AWS_') ? 'unset' : 'remove'} ${setting}`;

function unreachable({ name, origin }: Provider, _: Failure, { setVariables }: ChainFacts): string {
  if (name === 'container') {
    return `see that the agent runs, or unset ${setVariables.has(RELATIVE_URI) ? RELATIVE_URI : FULL_URI}`;
  }
  if (origin === IMDS_ORIGIN) return 'see that this is an instance, and that IMDS is switched on for it';
  const setting = IMDS_SETTINGS.find((each) => setVariables.has(each)) ?? PROFILE_SETTINGS;
  return `see that IMDS answers at that address, or ${unsetOrRemove(setting)}`;
}

const silent = ({ name }: Provider) =>
  name === 'process'
    ? 'run it by hand and see what it waits for'
    : `${AGAIN}; if it stays silent, see that what is behind the endpoint runs`;

function correct(_: Provider, { misconfiguration }: Failure): string {
  const setting = misconfiguration?.code === 'INVALID_SETTING' ? misconfiguration.name : 'what is named';
  return `correct or ${unsetOrRemove(setting)}`;
}

/** Where the hint of a poll names a flag of polls, or a poll to come. */
const INSTEAD: Partial<Record<FailureReason, Hint>> = {
  disabled: () => 'unset AWS_EC2_METADATA_DISABLED, if IMDS is meant',
  'invalid-configuration': correct,
  'no-role': () => 'attach an instance profile to the instance',
  starting: () => AGAIN,
  throttled: () => `${AGAIN}, and see who else asks so much`,
  'server-error': () => `${AGAIN}; if it goes on, see what the endpoint logs`,
  unreachable,
  timeout: silent,
};

/** What to do about a place that does not work, in words of `sources`. */
export function providerHint(place: Provider, facts: ChainFacts): string {
  const { problem } = place;
  switch (problem?.code) {
    case 'POLL_FAILED': {
      if (problem.possibleHopLimit) return describeFailure(problem).hint;
      return INSTEAD[problem.reason]?.(place, problem, facts) ?? FAILURE_MESSAGES[problem.reason][1];
    }
    case 'NO_KEY_ID':
    case 'NO_SECRET_KEY':
      return 'set the other one as well, or neither';
    case 'NO_SESSION_TOKEN':
      return 'add the session token, or remove the keys';
    case 'NO_ROLE_ARN':
      return place.name === 'web-identity'
        ? 'name the role in AWS_ROLE_ARN, or unset AWS_WEB_IDENTITY_TOKEN_FILE'
        : 'name the role in role_arn, or remove web_identity_token_file';
    case 'TOKEN_FILE_UNREADABLE':
      return 'see that the file exists and that this user may read it, or unset what names it';
    case 'NOT_SIGNED_IN':
      return 'sign in: `aws sso login`';
    case 'TOKEN_EXPIRED':
      return place.name === 'sso'
        ? 'sign in: `aws sso login`'
        : 'see whether the token file is still being renewed';
    case 'NO_ANSWER_IN_TIME':
      return AGAIN;
    default:
      return 'mend it, or remove what is set for it';
  }
}
