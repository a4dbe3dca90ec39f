import type { PollNoteCode, PollNoteFields } from '../../poll-note.ts';
import type { EndpointKind } from '../../sdk-refresh/refresh-windows.ts';
import type { ChainOutcome, OutcomeCause } from '../outcome.ts';
import type { ChainFacts, KeyPairProvider, ProviderName } from '../providers.ts';
import type { FileParser } from '../shared-files/file-problem.ts';
import type { ImdsLimit, SsoSessionSetting } from '../shared-files/unusual-settings.ts';

/** What a link decides. An outcome ends the chain. `next`: try the next link. `leave`: skip the rest of the group. */
export type LinkResult = ChainOutcome | 'next' | 'leave';
export type ChainLink = (facts: ChainFacts, rules: ClientRules) => LinkResult;

/**
 * All rules in which one client differs from another. Each file of `clients` has the rules of one client. Sources: the
 * code of the clients, and `test/peers`, which runs some of them.
 */
export interface ClientRules {
  /** The links are tried in this order. */
  chain: readonly ChainLink[];
  sharedFiles: SharedFileRules;
  endpoints: EndpointRules;
  /** What the client does where our poll added a note. */
  notes: NoteRules;
  /** Names of the key variables from before SDKs agreed on common names. */
  legacyVariables?: LegacyVariables;
  /** The providers in which this client reads the token from AWS_SECURITY_TOKEN or `aws_security_token`. Default: none. */
  readsOldToken?: readonly KeyPairProvider[];
  /** Blanks around keys in variables. `ignored`: a value of blanks counts as not set. Default: `kept`. */
  blanksAroundKeys?: 'kept' | 'removed' | 'ignored';
  /**
   * `of-role`: fails at a role with `mfa_serial`, because a person has to enter a code. `of-role-chain`: also if the role
   * of a source profile has `mfa_serial` and keys beside it. `ignored`: AWS refuses the request only if the role requires
   * MFA. Default: `of-role`.
   */
  mfa?: 'of-role' | 'of-role-chain' | 'ignored';
  /**
   * True if a blank variable changes the result although the chain does not stop: the client skips a provider, or AWS
   * refuses a request. `outcome` is the outcome of this client.
   */
  isAffectedByBlank?: (variable: string, facts: ChainFacts, outcome: ChainOutcome) => boolean;
}

/** How a client reads the shared files. */
export interface SharedFileRules {
  parser: FileParser;
  /** Ignores a setting unless its name is in lower case. */
  isCaseSensitive: boolean;
  /** Reads a setting without a value as an empty value. */
  keepsEmpty: boolean;
  /** Reads no file if the variable with its path is empty. Others read the default file. */
  usesEmptyPath: boolean;
  /**
   * Which keys the client uses if a file has only one key of the pair. `combined`: the keys of both files together.
   * `with-id`: the keys of the first file with a key id. `complete`: the keys of the first file with both keys.
   * `strict`: the client fails.
   */
  keys: 'combined' | 'with-id' | 'complete' | 'strict';
  /** The client fails at such a difference of a {@link SsoSessionSetting}. For other differences, it uses the session. */
  rejectedInSsoSession: readonly SsoSessionSetting['difference'][];
  /** Compares every setting of the section `sso-session`, not only the start URL and the region. */
  comparesWholeSession?: boolean;
}

/** How a client requests credentials from endpoints. */
export interface EndpointRules {
  /**
   * How long the client waits for one response, in milliseconds. Further attempts are as slow. Absent: the client waits
   * at least as long as our poll.
   */
  timeoutMs: Readonly<Partial<Record<EndpointKind, number>>>;
  /** Waits for a container endpoint without a limit. */
  waitsForever?: boolean;
  /** Whether AWS_METADATA_SERVICE_TIMEOUT sets the limit of IMDS. Default: `never`. */
  readsTimeout?: 'always' | 'newer-versions' | 'never';
  /** Requests the credentials only with a token. Others use IMDSv1 if the token comes late. */
  lacksImdsV1?: boolean;
  /** Whether the client fails because of this text. Others ignore it. */
  rejectsLimit?: (limit: ImdsLimit, text: string) => boolean;
  /** Variables of IMDS whose blank value the client treats as a value, and fails. */
  failsAtBlank: readonly string[];
}

export interface LegacyVariables {
  keyIds?: readonly string[];
  secretKeys: readonly string[];
  token?: string;
  /** Uses the first variable that is set, even to a blank value. */
  takesBlank?: boolean;
}

/** What the client does instead of using what our poll found. */
export interface ClientDifference {
  kind: 'stops' | 'unknown';
  cause: OutcomeCause;
}

/** Null: the client gets the same result. */
export type NoteRule<Code extends PollNoteCode = PollNoteCode> = (
  note: { code: Code } & PollNoteFields[Code],
  provider: ProviderName,
) => ClientDifference | null;

export type NoteRules = { readonly [Code in PollNoteCode]?: NoteRule<Code> };
