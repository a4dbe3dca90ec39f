import type { Instant, Seconds, SourceName } from './model.ts';
import type { Platform } from './platform.ts';

/** Permanent codes: they are exported, and other programs match them. */
export const POLL_NOTE_CODES = [
  'BLANK_ENV',
  'SETTING_IGNORED',
  'DISABLED_FOR_SOME_SDKS',
  'V1_DISABLED_FOR_SOME_SDKS',
  'STATIC_KEYS_HIDE_SOURCE',
  'PROFILE_HIDES_SOURCE',
  'NAMED_PROFILE_MISSING',
  'WEB_IDENTITY_HIDES_SOURCE',
  'CONTAINER_HIDES_IMDS',
  'PROFILE_HIDES_ENVIRONMENT',
  'ONLY_OLD_TOKEN',
  'TWO_SESSION_TOKENS',
  'SESSION_KEY_WITHOUT_TOKEN',
  'EXPIRATIONS_DISAGREE',
  'EXPIRATION_UNREADABLE',
  'EXPIRATION_REJECTED_BY_BOTOCORE',
  'EXPIRATION_ONLY_SOME_SDKS',
  'VALUE_QUOTED',
  'VALUE_HAS_BLANKS',
  'PROFILE_GIVES_TWO',
  'PROFILE_FILE_UNREADABLE',
  'PROCESS_NEEDS_SHELL',
  'PROCESS_WITHOUT_INTERPRETER',
  'ENDPOINT_MODE_CASE',
  'IPV6_ONLY_BOTOCORE',
  'PROFILE_NAME_ONLY_SOME_SDKS',
  'SERVICE_ENDPOINT_OVERRIDDEN',
  'HOST_NAME_ONLY_SOME_SDKS',
  'ADDRESS_ONLY_SOME_SDKS',
  'TWO_URIS_SET',
  'TWO_TOKENS_SET',
  'TOKEN_TRAILING_NEWLINE',
  'TOKEN_BLANK',
  'TOKEN_FILE_EXPIRED',
  'TOKEN_FILE_EXPIRES',
  'IDENTITY_TOKEN_EXPIRED',
  'IDENTITY_TOKEN_EXPIRES',
  'SSO_TOKEN_EXPIRED',
  'SSO_TOKEN_EXPIRES',
  'SSO_TOKEN_ENDS_BEFORE_JOB',
  'ROLE_CHAIN_CAPPED',
  'DURATION_NOT_SET',
  'SESSION_LONGER_THAN_ROLE',
  'ENDPOINT_NOT_ENCRYPTED',
  // Of `sources` only.
  'NO_REGION_FOR_BOTOCORE',
  'TOKEN_TTL_NONCONFORMING',
  'DOCUMENT_WITHOUT_CODE',
  'IMDS_V1_USED',
  'POSSIBLE_HOP_LIMIT',
  'SEVERAL_ROLES',
  'INSTANCE_ID_UNKNOWN',
  'OTHER_HOST_STAYS',
  'ZONELESS_TIME',
  'APIS_DISAGREE',
  'DATE_NOT_BELIEVED',
  'IMPLAUSIBLE_EXPIRATION',
  'KEYS_OF_LAMBDA',
  'CONTAINER_OF_BUILD',
  'KEY_IN_DATABASE',
  'CLOCK_WRONG',
  // Of commands that record the poll.
  'SIMULATED_CREDENTIALS',
] as const;
export type PollNoteCode = (typeof POLL_NOTE_CODES)[number];

/** `name`: an environment variable, a key of a profile, or a field of a document. */
interface Named {
  name: string;
}

/** Where a value has blanks. `everywhere`: the value consists of blanks. */
export type BlankPlace = 'start' | 'end' | 'both' | 'everywhere';

/**
 * A form of a time that not every SDK accepts.
 * - `no-zone`: without a time zone.
 * - `epoch`: a text with the time since 1970.
 * - `number`: a number that JavaScript reads as milliseconds, and so as a time in the past.
 * - `empty`: an empty text.
 * - `not-rfc3339`: for example with a blank between date and time.
 */
export type ExpirationForm = 'no-zone' | 'epoch' | 'number' | 'empty' | 'not-rfc3339';

/** cred-watch uses the value of `name`, except in `TWO_SESSION_TOKENS`. */
interface NamedPair extends Named {
  otherName: string;
}

/** `issuedAt` is null if the token does not state it. */
interface IdentityTokenTimes {
  issuedAt: Instant | null;
  expiresAt: Instant;
}

/** `isRenewable`: SDKs renew the token without a login. */
interface SsoTokenTimes {
  expiresAt: Instant;
  isRenewable: boolean;
}

/** The notes with fields. Names of durations end in `Seconds`, names of instants in `At`. */
interface NotesWithFields {
  BLANK_ENV: Named;
  SETTING_IGNORED: Named;
  DISABLED_FOR_SOME_SDKS: Named;
  V1_DISABLED_FOR_SOME_SDKS: Named;
  /** `key`: the first setting of the profile from which SDKs get credentials. */
  PROFILE_HIDES_SOURCE: { profile: string; key: string };
  NAMED_PROFILE_MISSING: { profile: string };
  ONLY_OLD_TOKEN: Named;
  /** `name`: the setting with the old name. cred-watch uses the token of `otherName`. */
  TWO_SESSION_TOKENS: NamedPair;
  EXPIRATIONS_DISAGREE: NamedPair;
  EXPIRATION_UNREADABLE: Named;
  /** cred-watch reads the value. */
  EXPIRATION_REJECTED_BY_BOTOCORE: Named;
  /** A process printed the expiration in a form that some SDKs do not accept. */
  EXPIRATION_ONLY_SOME_SDKS: Named & { form: ExpirationForm };
  VALUE_QUOTED: Named;
  VALUE_HAS_BLANKS: Named & { place: BlankPlace };
  PROFILE_GIVES_TWO: NamedPair;
  /** `problem`: an error code of the system, or a short text. */
  PROFILE_FILE_UNREADABLE: { file: 'config' | 'credentials'; problem: string };
  /** `name`: the part of the credential_process that only a shell interprets. */
  PROCESS_NEEDS_SHELL: Named;
  /** `name`: the program of the credential_process, a script without `#!`. */
  PROCESS_WITHOUT_INTERPRETER: Named;
  ENDPOINT_MODE_CASE: Named;
  IPV6_ONLY_BOTOCORE: Named;
  /** The URL in `name` has an address such as `127.1`. */
  ADDRESS_ONLY_SOME_SDKS: Named;
  PROFILE_NAME_ONLY_SOME_SDKS: Named;
  TOKEN_TRAILING_NEWLINE: Named;
  TOKEN_BLANK: Named;
  TOKEN_FILE_EXPIRED: { expiresAt: Instant };
  TOKEN_FILE_EXPIRES: { expiresAt: Instant };
  IDENTITY_TOKEN_EXPIRED: IdentityTokenTimes;
  IDENTITY_TOKEN_EXPIRES: IdentityTokenTimes;
  SSO_TOKEN_EXPIRED: SsoTokenTimes;
  SSO_TOKEN_EXPIRES: SsoTokenTimes;
  /** Instead of `SSO_TOKEN_EXPIRES`, if a job is judged and nothing renews the token. */
  SSO_TOKEN_ENDS_BEFORE_JOB: { expiresAt: Instant; jobEndsAt: Instant };
  /** No role has a session of this duration, so AWS refuses the call. */
  SESSION_LONGER_THAN_ROLE: { durationSeconds: Seconds; limitSeconds: Seconds };
  SEVERAL_ROLES: { count: number };
  /** Recorded before a poll got the instance id, with other keys. */
  OTHER_HOST_STAYS: { host: string; source: SourceName };
  /** `sources` only: the host's clock minus AWS's clock. */
  CLOCK_WRONG: { offsetSeconds: Seconds };
  DATE_NOT_BELIEVED: { offsetSeconds: Seconds };
  IMPLAUSIBLE_EXPIRATION: { validitySeconds: Seconds };
  /** The source states no expiration of the key, or a later one. A series of the database has this one. */
  KEY_IN_DATABASE: { host: string; source: SourceName; expiresAt: Instant };
  CONTAINER_OF_BUILD: { platform: Exclude<Platform, 'lambda'> };
}

/** The fields of each note. */
export type PollNoteFields = NotesWithFields & {
  [C in Exclude<PollNoteCode, keyof NotesWithFields>]: Record<never, never>;
};

/**
 * What a poll found besides the credentials: settings that SDKs interpret differently, providers that hide
 * the polled source, and protocol deviations.
 */
export type PollNote<Code extends PollNoteCode = PollNoteCode> = {
  [C in Code]: { code: C } & PollNoteFields[C];
}[Code];
