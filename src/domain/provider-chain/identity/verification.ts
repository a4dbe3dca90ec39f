import { groupBy } from '../../lists.ts';
import type { FailureFacts, Seconds } from '../../model.ts';
import { getClientProvider } from '../client-facts.ts';
import { SDKS, type Sdk } from '../clients.ts';
import type { OutcomesBySdk } from '../outcome.ts';
import type { ChainFacts, Provider } from '../providers.ts';
import { isSameRole } from './role-names.ts';

/** Whose credentials signed a request, according to AWS. */
export interface Caller {
  arn: string;
  accountId: string;
  /** The role of the session, without its path. Null for users and for the account itself. */
  role: string | null;
}

/** Why credentials were not verified without a call to AWS. */
export type UnverifiableCode =
  /** The probe does not know which credentials the SDKs use. */
  | 'WINNER_UNKNOWN'
  /** Only the AWS CLI and SDKs can sign with the key of a sign-in. */
  | 'LOGIN_NEEDS_CLI'
  /** The `credential_process` of another process is not run. */
  | 'PROCESS_NOT_RUN'
  /** The other process belongs to another user. */
  | 'OTHER_USER'
  /** The other process sees other files or other endpoints. */
  | 'OTHER_NAMESPACE';

/** Why AWS did not confirm credentials. All of them have the facts of the failed call. */
export type RejectionCode =
  /** The credentials could not be read, so that they were not sent. */
  | 'CREDENTIALS_NOT_READ'
  | 'TOKEN_EXPIRED'
  | 'KEY_REJECTED'
  | 'SIGNATURE_REJECTED'
  | 'CLOCK_REJECTED'
  | 'ACCESS_DENIED'
  | 'REGION_MISSING'
  | 'REGION_DISABLED'
  | 'STS_UNREACHABLE'
  | 'CALL_FAILED';

/** Permanent codes: other programs match them. */
export type VerificationProblem = { code: UnverifiableCode } | ({ code: RejectionCode } & FailureFacts);

/** The credentials that some SDKs use. */
export interface Winner {
  provider: Provider;
  sdks: readonly Sdk[];
  /** False if the outcome of the chain is unknown. */
  isKnown: boolean;
  /** `old`: the one under the name that only botocore reads. `none`: the SDKs do not read the name of the token. */
  sessionToken: 'usual' | 'old' | 'none';
}

/** What AWS said about the credentials of a winner. */
export type VerifiedWinner = Pick<Winner, 'provider' | 'sdks'> & {
  /** Of the credentials that were sent. Null if none were. */
  accessKeyId: string | null;
  /** The host's clock minus AWS's clock. Null without a `Date` header. */
  clockOffset: Seconds | null;
} & ({ caller: Caller; problem: null } | { caller: null; problem: VerificationProblem });

export interface Verification {
  /** One per set of credentials that SDKs use. Empty if no SDK finds credentials. */
  winners: readonly VerifiedWinner[];
}

/** True if SDKs find credentials, and AWS has confirmed all of them. */
export const isVerified = ({ winners }: Verification): boolean =>
  winners.length > 0 && winners.every(({ problem }) => problem === null);

/** Every set of credentials that SDKs use, in the order of the first SDK. */
export function listWinners(facts: ChainFacts, outcomes: OutcomesBySdk): Winner[] {
  const uses = SDKS.flatMap((sdk) => {
    const outcome = outcomes[sdk];
    const isKnown = outcome.kind === 'wins';
    if (!isKnown && outcome.kind !== 'unknown') return [];
    const provider = getClientProvider(facts, sdk, outcome.provider);
    const lacksToken = isKnown && outcome.problem === 'NO_SESSION_TOKEN';
    const sessionToken = lacksToken ? 'none' : usesOldToken(provider, sdk) ? 'old' : 'usual';
    return [{ sdk, winner: { provider, isKnown, sessionToken } as const }];
  });
  // botocore can find other settings in the profile.
  const groups = groupBy(uses, ({ winner }) => JSON.stringify(winner));
  return [...groups.values()].map((group) => ({ ...group[0].winner, sdks: group.map(({ sdk }) => sdk) }));
}

const usesOldToken = ({ notes }: Provider, sdk: Sdk) =>
  sdk === 'botocore' && notes.some(({ code }) => code === 'TWO_SESSION_TOKENS');

const ARN = /^arn:[\w-]+:(?:sts|iam)::(\d{12}):([\w+=,.@/:-]{1,700})$/;

/** Null if AWS stated no ARN, or another account than the one of the ARN. */
export function parseCaller(arn: string | undefined, accountId: string | undefined): Caller | null {
  const [, account, resource = ''] = ARN.exec(arn ?? '') ?? [];
  if (arn === undefined || accountId === undefined || account !== accountId) return null;
  return { arn, accountId, role: /^assumed-role\/([^/]+)\/[^/]+$/.exec(resource)?.[1] ?? null };
}

/** Whether the caller is the one that the provider states. Null: the provider states none. */
export function compareCaller(
  { accountId, role }: Caller,
  stated: Provider,
): { isSameAccount: boolean | null; isSameRole: boolean | null } {
  return {
    isSameAccount: stated.accountId === null ? null : stated.accountId === accountId,
    isSameRole: stated.role === null ? null : role !== null && isSameRole(role, stated.role, stated.name),
  };
}
