import type { FailureFacts, Instant, Seconds } from '../model.ts';
import type { PollNote } from '../poll-note.ts';

/** Families of SDKs, each with a default chain of its own. botocore is in boto3 and in the AWS CLI. */
export const SDKS = ['botocore', 'java', 'go', 'javascript', 'rust', 'dotnet'] as const;
export type Sdk = (typeof SDKS)[number];

/** Where a chain may find credentials. `sso`, `login`, `process` and what begins with `profile` are the selected profile's. */
export const PROVIDER_NAMES = [
  'environment',
  'web-identity',
  'profile',
  'profile-role',
  'profile-web-identity',
  'sso',
  'login',
  'process',
  'container',
  'imds',
] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/**
 * - `absent`: nothing of this kind is set.
 * - `incomplete`: something is set, and not all that it takes.
 * - `untried`: all is set, and only STS, IAM Identity Center or a sign-in could tell more. They are not asked.
 * - `answers`, `fails`: it was tried.
 */
export type ProviderState = 'absent' | 'incomplete' | 'untried' | 'answers' | 'fails';

/** What is missing or wrong at a place. */
export type ProviderProblem =
  /** Half a pair of keys. */
  | { code: 'NO_SECRET_KEY' }
  | { code: 'NO_KEY_ID' }
  /** `ASIA…` is the key of a session, which is worth nothing without its token. SDKs use it all the same. */
  | { code: 'NO_SESSION_TOKEN' }
  /** A web identity token and no role to assume with it. */
  | { code: 'NO_ROLE_ARN' }
  /** A role to assume, and nothing said of the credentials to do it with. */
  | { code: 'NO_ROLE_SOURCE' }
  | { code: 'TWO_ROLE_SOURCES' }
  | { code: 'ROLE_SOURCE_MISSING'; name: string }
  | { code: 'SETTINGS_MISSING'; names: readonly string[] }
  | { code: 'TOKEN_FILE_UNREADABLE'; detail: string }
  | { code: 'TOKEN_EXPIRED'; at: Instant }
  | { code: 'NOT_SIGNED_IN' }
  | ({ code: 'POLL_FAILED' } & FailureFacts)
  /** It did not come to an end in its time. */
  | { code: 'NO_ANSWER_IN_TIME' };

export interface Provider {
  name: ProviderName;
  state: ProviderState;
  /** Not null in the states `incomplete` and `fails`. */
  problem: ProviderProblem | null;
  /** What is not known is `''`. */
  accessKeyId: string;
  role: string;
  accountId: string;
  /** Null where it is not stated; keys of a person never end. */
  expiration: Instant | null;
  /** By AWS's clock where the place told it. */
  remaining: Seconds | null;
  /** Credentials of a session end, whether it is said when or not; null where there are none to tell by. */
  isSession: boolean | null;
  /** A URL without its path (which is confidential in a container), or the file; `''` where there is none. */
  origin: string;
  /** In which of its two files the profile has its keys: botocore looks at the process in between. */
  profileFile: 'config' | 'credentials' | null;
  /** When the token that would be shown to STS or Identity Center ends. */
  tokenExpiration: Instant | null;
  notes: readonly PollNote[];
}

/** All that a chain decides by. Of variables only the names are known here. */
export interface ChainFacts {
  now: Instant;
  providers: Readonly<Record<ProviderName, Provider>>;
  /** Variables that hold something, and those that are set and hold nothing. */
  setVariables: ReadonlySet<string>;
  blankVariables: ReadonlySet<string>;
  profile: {
    name: string;
    /** AWS_PROFILE names it. */
    isNamed: boolean;
    exists: boolean;
    /** There are profiles, if not this one. */
    othersExist: boolean;
  };
}

export const OUTCOME_REASONS = [
  'INCOMPLETE',
  'FAILED',
  'EXPIRED',
  'NO_SUCH_PROFILE',
  'BLANK_VARIABLE',
  'BAD_SETTING',
  'TWO_KINDS',
  'REFUSED_SETTING',
  'SWITCHED_OFF',
  'ASKS_ELSEWHERE',
  'SENDS_OTHER_TOKEN',
  'OLD_NAMES',
  'OTHER_PROFILE',
] as const;
export type OutcomeReason = (typeof OUTCOME_REASONS)[number];

/** How a chain ends. */
export type ChainOutcome =
  /** It uses these credentials; `flaw` is why they will not work. */
  | { kind: 'wins'; provider: ProviderName; problem: 'NO_SESSION_TOKEN' | 'EXPIRED' | null }
  /** It gives up here, whatever comes later. A setting that is wrong before any place counts has none. */
  | { kind: 'stops'; provider: ProviderName | null; reason: OutcomeReason; subject: string }
  /** It uses this place in a way that was not tried here. */
  | { kind: 'unknown'; provider: ProviderName; reason: OutcomeReason; subject: string }
  /** It comes to its end. */
  | { kind: 'none' };

export type ChainOutcomes = Readonly<Record<Sdk, ChainOutcome>>;

const EMPTY: Omit<Provider, 'name'> = {
  state: 'absent',
  problem: null,
  accessKeyId: '',
  role: '',
  accountId: '',
  expiration: null,
  remaining: null,
  isSession: null,
  origin: '',
  profileFile: null,
  tokenExpiration: null,
  notes: [],
};

/** A place of which no more is known than `known`. */
export const createProvider = (
  name: ProviderName,
  known: Partial<Omit<Provider, 'name'>> = {},
): Provider => ({
  ...EMPTY,
  ...known,
  name,
});

/** Where IMDS is asked when nothing else is set. */
export const IMDS_ORIGIN = 'http://169.254.169.254';

/** Nobody set it up, and this is no instance: that is nothing to mend. */
export const isNotSetUp = ({ name, origin, problem }: Provider): boolean =>
  name === 'imds' &&
  origin === IMDS_ORIGIN &&
  problem?.code === 'POLL_FAILED' &&
  problem.reason === 'unreachable' &&
  !problem.possibleHopLimit;

/** There is something to use, if it was not to be tried: what an exit code can be made of. */
export const isUsableProvider = ({ state, remaining }: Provider): boolean =>
  state === 'untried' || (state === 'answers' && (remaining === null || remaining > 0));
