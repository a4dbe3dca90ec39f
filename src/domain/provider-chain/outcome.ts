import type { PollNoteCode } from '../poll-note.ts';
import type { OtherClient, Sdk } from './clients.ts';
import type { ProviderName } from './providers.ts';

/** Why a chain stops, or why its result is unknown. */
export type OutcomeCause =
  /**
   * `HANGS`: the SDK waits for a response without a time limit. `VERSION`: versions of the client differ.
   */
  | {
      reason: 'INCOMPLETE' | 'MFA_REQUIRED' | 'FAILED' | 'HANGS' | 'EXPIRED' | 'LEGACY_VARIABLES' | 'VERSION';
    }
  | { reason: 'NO_SUCH_PROFILE' | 'AMBIGUOUS_PROFILE'; profile: string }
  | { reason: 'INVALID_FILE'; path: string; line: number }
  /** The client reads a section that SDKs ignore. */
  | { reason: 'OTHER_SECTION'; path: string; section: string }
  /**
   * `setting`: a variable, or a member of the process output. `OTHER_URL`: the client uses its endpoint, which was not
   * polled. `OTHER_FILE`: the client ignores this variable and reads its default file.
   */
  | {
      reason: 'BLANK_VARIABLE' | 'INVALID_SETTING' | 'EMPTY_SETTING' | 'OTHER_URL' | 'OTHER_FILE';
      setting: string;
    }
  /** The client uses the profile that this variable names, and the probe did not read. */
  | { reason: 'OTHER_PROFILE'; setting: string; named: string | null }
  /** The client does not wait for the response of the endpoint. */
  | { reason: 'TOO_SLOW'; responseMs: number; limitMs: number }
  /** `note`: what the SDK handles differently from our poll. */
  | { reason: 'REJECTED_BY_SDK' | 'DISABLED' | 'OTHER_ENDPOINT' | 'OTHER_TOKEN'; note: PollNoteCode };

/** How a chain ends. */
export type ChainOutcome =
  /** The chain uses these credentials. `problem` says why AWS will refuse them. */
  | { kind: 'wins'; provider: ProviderName; problem: 'NO_SESSION_TOKEN' | 'EXPIRED' | null }
  /** The chain fails and tries no later provider. `provider` is null if loading the configuration fails. */
  | { kind: 'stops'; provider: ProviderName | null; cause: OutcomeCause }
  /** The chain uses this provider in a way that the probe did not try. */
  | { kind: 'unknown'; provider: ProviderName; cause: OutcomeCause }
  /** No provider has credentials. */
  | { kind: 'none' };

export type OutcomesBySdk = Readonly<Record<Sdk, ChainOutcome>>;
export type OutcomesByOtherClient = Readonly<Record<OtherClient, ChainOutcome>>;
