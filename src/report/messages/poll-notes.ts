import type { PollNote, PollNoteCode } from '../../domain/poll-note.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { formatTimestamp } from '../text/format-values.ts';

const WITH_UNREADABLE_END: Readonly<Record<string, string>> = {
  Expiration: ': SDKs fail on that, but for JavaScript, which then never asks for newer credentials',
  AWS_CREDENTIAL_EXPIRATION: ': botocore fails on that',
};

const NOTES: Record<PollNoteCode, (args: PollNote['args']) => string> = {
  BLANK_ENV: (a) => `${a.name} is set and empty: some SDKs take that for a value and fail`,
  SETTING_IGNORED: (a) => `${a.name} has no value that makes sense and was ignored`,
  DISABLED_FOR_SOME_SDKS: () =>
    'AWS_EC2_METADATA_DISABLED is not `true` or `false`: the JavaScript SDK and the CRT take IMDS for disabled, Java fails on it, others ask IMDS',
  V1_DISABLED_FOR_SOME_SDKS: (a) => `${a.name} is not \`true\` or \`false\`: SDKs disagree on what it means`,
  STATIC_KEYS_HIDE_SOURCE: () =>
    'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set: SDKs here use those and never ask this source',
  PROFILE_HIDES_SOURCE: (a) =>
    `profile ${a.name} has ${a.key}: SDKs here use that profile and never ask this source (see \`cred-watch sources\`)`,
  NAMED_PROFILE_MISSING: (a) =>
    `AWS_PROFILE names ${a.name}, and there is no such profile: some SDKs fail on that and never ask this source`,
  WEB_IDENTITY_HIDES_SOURCE: () =>
    'AWS_WEB_IDENTITY_TOKEN_FILE is set: SDKs here assume that role and never ask this source',
  CONTAINER_HIDES_IMDS: () => 'a container endpoint is set: SDKs here (but for Java) never ask IMDS',
  PROFILE_HIDES_ENVIRONMENT: () =>
    'AWS_PROFILE is set: the JavaScript SDK takes that profile and not these keys',
  ONLY_OLD_TOKEN: (a) =>
    `the token stands in ${a.name}, which botocore alone reads: other SDKs use these keys without one, and AWS refuses them`,
  TWO_SESSION_TOKENS: (a) =>
    `${a.name} and ${a.other} hold different tokens: botocore takes the first, here and in other SDKs the second counts`,
  SESSION_KEY_WITHOUT_TOKEN: () =>
    'the key id begins with ASIA, and there is no session token: AWS refuses such keys',
  EXPIRATIONS_DISAGREE: (a) =>
    `${a.name} and ${a.other} give different expirations: the earliest one, ${a.name}, counts`,
  EXPIRATION_UNREADABLE: (a) => `${a.name} is not a time${WITH_UNREADABLE_END[a.name!] ?? ''}`,
  PROFILE_GIVES_TWO: (a) =>
    `the profile has ${a.name} and ${a.other}: SDKs disagree on which one counts, here it is ${a.name}`,
  PROFILE_FILE_UNREADABLE: (a) => `${a.name} cannot be read (${a.because}): SDKs may fail on that`,
  ENDPOINT_MODE_CASE: (a) => `${a.name} is not written IPv4 or IPv6: the JavaScript SDK refuses it`,
  IPV6_ONLY_BOTOCORE: (a) => `${a.name} is honoured by botocore alone; here IPv4 was asked`,
  PROFILE_NAME_ONLY_SOME_SDKS: (a) =>
    `${a.name} is honoured here and by few SDKs; the others discover the role`,
  SERVICE_ENDPOINT_OVERRIDDEN: () =>
    'AWS_CONTAINER_SERVICE_ENDPOINT is honoured here and by the Java SDK, and by no other',
  HOST_NAME_ONLY_SOME_SDKS: () =>
    'the container endpoint is named by a host name that botocore and JavaScript refuse',
  TWO_URIS_SET: () =>
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are both set: the relative one wins, but not in older SDKs',
  TWO_TOKENS_SET: () =>
    'AWS_CONTAINER_AUTHORIZATION_TOKEN and _TOKEN_FILE are both set: the file wins, but not in Java and older SDKs',
  TOKEN_TRAILING_NEWLINE: (a) =>
    `the token of ${a.name} ends in a line end, which was cut off: botocore, Go, Rust and JavaScript fail on it`,
  TOKEN_BLANK: (a) => `the token of ${a.name} is blank: no authorization was sent`,
  TOKEN_FILE_EXPIRED: (a) =>
    `the authorization token expired at ${formatTimestamp(a.at as number)}: is the file still being rotated?`,
  TOKEN_FILE_EXPIRES: (a) => `the authorization token expires at ${formatTimestamp(a.at as number)}`,
  TOKEN_TTL_NONCONFORMING: () =>
    'the IMDS token came without a proper time to live: the Go and Rust SDKs refuse it',
  IMDS_V1_USED: () => 'IMDSv2 was not to be had: IMDSv1 was asked instead',
  POSSIBLE_HOP_LIMIT: () => 'the token request got no answer, as in a container behind a hop limit of 1',
  SEVERAL_ROLES: (a) => `IMDS lists ${a.count} roles, the first one was asked for: some SDKs fail on that`,
  ZONELESS_TIME: () =>
    'a time is given without a zone; it was read as UTC, or for keys in files, variables and processes as local time where that is earlier',
  DATE_NOT_BELIEVED: (a) =>
    `the Date of the answer is ${duration(a.seconds as number)} off this clock and does not fit the credentials: it was not believed`,
  IMPLAUSIBLE_EXPIRATION: (a) =>
    `the credentials say that they last ${duration(a.seconds as number)}, longer than any temporary ones of AWS (36h)`,
  APIS_DISAGREE: () => 'the extended API hands out other credentials than the one that SDKs use',
};

export const describePollNote = ({ code, args }: PollNote): string => NOTES[code](args);
