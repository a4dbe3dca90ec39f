/** Asks AWS whose credentials the SDKs use. */
import { toFailureFacts } from '../../domain/failures/failure-facts.ts';
import type { FailureReason } from '../../domain/model.ts';
import type { ChainReport } from '../../domain/provider-chain/findings/findings.ts';
import {
  type Caller,
  listWinners,
  parseCaller,
  type RejectionCode,
  type UnverifiableCode,
  type Verification,
  type VerifiedWinner,
  type Winner,
} from '../../domain/provider-chain/identity/verification.ts';
import type { ObservedProcess } from '../../domain/provider-chain/observed-process-facts.ts';
import { toStoredKeyId } from '../../key-id.ts';
import { quotesSecret } from '../../redact.ts';
import { formatServer } from '../aws/aws-errors.ts';
import { getCallerIdentity } from '../aws/calls.ts';
import { readSts } from '../aws/sts.ts';
import { withProcessTimeout } from '../credential-process/credential-process.ts';
import { type OngoingPoll, runLimited } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { inspectSharedFiles } from '../probe/shared-files.ts';
import { omitSettings } from '../profile/credentials.ts';
import { type ParsedProfileFiles, type Profile, readProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { readProviderKeys } from './provider-keys.ts';

/**
 * Makes one GetCallerIdentity call for each set of credentials that SDKs use. Reads the credentials again, because
 * the probe keeps no secrets. Never rejects: a failure is a part of the result.
 * @param options those of the probe
 */
export async function verifyWinners(
  { facts, outcomes }: Pick<ChainReport, 'facts' | 'outcomes'>,
  { profile, ...options }: SourceOptions,
): Promise<Verification> {
  // As in the probe, a chosen profile replaces AWS_PROFILE, and does not hide the variables.
  const env = profile === undefined ? options.env : { ...options.env, AWS_PROFILE: profile };
  const chosen = { ...options, env, withoutProcesses: facts.observed !== null };
  const winners: VerifiedWinner[] = [];
  for (const winner of listWinners(facts, outcomes)) {
    const code = findObstacle(winner, facts.observed);
    const isBotocoreProfile = Object.values(facts.botocoreProviders ?? {}).includes(winner.provider);
    const { provider, sdks } = winner;
    winners.push(
      code === null
        ? await verifyWinner(winner, chosen, isBotocoreProfile)
        : { provider, sdks, accessKeyId: null, clockOffset: null, caller: null, problem: { code } },
    );
  }
  return { winners };
}

/**
 * Why no call is made. The environment of another process can name any file and any server, so only the keys in
 * the environment are sent for a process that has other permissions. The endpoints of another network are not those
 * of the process.
 */
function findObstacle(
  { provider: { name }, isKnown }: Winner,
  observed: ObservedProcess | null,
): UnverifiableCode | null {
  if (!isKnown) return 'WINNER_UNKNOWN';
  if (name === 'login') return 'LOGIN_NEEDS_CLI';
  if (observed === null || name === 'environment') return null;
  if (observed.isOtherUser) return 'OTHER_USER';
  if (observed.hasOtherFiles || observed.hasOtherNetwork) return 'OTHER_NAMESPACE';
  return name === 'process' ? 'PROCESS_NOT_RUN' : null;
}

async function verifyWinner(
  { provider, sdks, sessionToken }: Winner,
  chosen: SourceOptions,
  isBotocoreProfile: boolean,
): Promise<VerifiedWinner> {
  const isOldToken = sessionToken === 'old';
  // botocore prefers the old name, so the usual token is removed.
  const options = isOldToken ? { ...chosen, env: { ...chosen.env, AWS_SESSION_TOKEN: undefined } } : chosen;
  const known = { accessKeyId: null as string | null, clockOffset: null as number | null };
  let code: RejectionCode = 'CREDENTIALS_NOT_READ';
  const result = await runLimited(
    withProcessTimeout(options),
    undefined,
    [],
    async (poll): Promise<Caller> => {
      const { name } = provider;
      if (name === 'login') throw new Error('a sign-in has no keys');
      const files = await readFiles(options, isBotocoreProfile);
      const found = await readProviderKeys(
        poll,
        name,
        isOldToken ? omitUsualToken(files) : files,
        sdks.includes('botocore'),
      );
      const keys = sessionToken === 'none' ? { ...found, token: null } : found;
      known.accessKeyId = toStoredKeyId(keys.accessKeyId.reveal());
      // So far, the offset belongs to the endpoint that served the credentials.
      poll.clockOffset = null;
      try {
        return await requestCaller(poll, files, keys);
      } catch (error) {
        if (error instanceof PollError) code = classifyRejection(error);
        throw error;
      } finally {
        known.clockOffset = poll.clockOffset;
      }
    },
    (_, caller) => caller,
  );
  if (!('ok' in result)) return { provider, sdks, ...known, caller: result, problem: null };
  return { provider, sdks, ...known, caller: null, problem: { code, ...toFailureFacts(result) } };
}

/** The files as the SDK reads them: botocore accepts more. */
async function readFiles(options: SourceOptions, isBotocoreProfile: boolean): Promise<ParsedProfileFiles> {
  const files = await readProfileFiles(options);
  if (!isBotocoreProfile) return files;
  const { botocoreProfiles } = await inspectSharedFiles(files, options.readFile);
  return { ...files, profiles: botocoreProfiles ?? files.profiles };
}

function omitUsualToken(files: ParsedProfileFiles): ParsedProfileFiles {
  const profiles = [...files.profiles].map(([name, profile]): [string, Profile] => [
    name,
    omitSettings(profile, (key) => key === 'aws_session_token'),
  ]);
  return { ...files, profiles: new Map(profiles) };
}

async function requestCaller(
  poll: OngoingPoll,
  files: ParsedProfileFiles,
  keys: Parameters<typeof getCallerIdentity>[2],
): Promise<Caller> {
  const service = readSts(poll.options, files);
  const { Arn, Account } = await getCallerIdentity(poll, service, keys);
  const caller = parseCaller(Arn, Account);
  // A server could return the secrets of the request as the ARN.
  if (caller !== null && !quotesSecret(caller.arn, poll.secrets)) return caller;
  throw new PollError('malformed', `${formatServer(service)}: the response names no identity`);
}

const CODES: Partial<Record<FailureReason, RejectionCode>> = {
  'base-credentials-rejected': 'KEY_REJECTED',
  'clock-rejected': 'CLOCK_REJECTED',
  'aws-access-denied': 'ACCESS_DENIED',
  'region-missing': 'REGION_MISSING',
  'region-disabled': 'REGION_DISABLED',
  'aws-unreachable': 'STS_UNREACHABLE',
  timeout: 'STS_UNREACHABLE',
};

function classifyRejection({ reason, serviceError }: PollError): RejectionCode {
  if (serviceError === 'ExpiredToken') return 'TOKEN_EXPIRED';
  if (serviceError === 'SignatureDoesNotMatch' && reason === 'base-credentials-rejected') {
    return 'SIGNATURE_REJECTED';
  }
  return CODES[reason] ?? 'CALL_FAILED';
}
