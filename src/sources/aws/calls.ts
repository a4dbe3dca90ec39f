/** Calls to AWS that return temporary credentials, and GetCallerIdentity. */
import type { LookupFunction } from 'node:net';
import type { Secret } from '../../secret.ts';
import { readExpirations } from '../document/expirations.ts';
import { createKeysDocument } from '../document/unvalidated-keys.ts';
import { isLoopbackUrl, resolveHost } from '../http/addresses.ts';
import { computeClockOffset, createResponseTooLargeError, MAX_BODY_BYTES } from '../http/exchange.ts';
import type { FoundDocument, OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import type { PolledCredentials } from '../source.ts';
import { toPollError } from './aws-errors.ts';
import { type RoleSession, recordRole } from './role-session.ts';
import type { Sdk, SdkCredentials, SdkIdentity, SdkKeys } from './sdk.ts';
import { type AwsService, chooseCallLimits } from './service.ts';
import { readSts } from './sts.ts';

/**
 * @param files their selected profile can have the region and the endpoint
 * @param readToken called in every attempt, because the token is replaced while it is in use
 * @throws PollError
 */
export async function assumeRoleWithWebIdentity(
  poll: OngoingPoll,
  session: RoleSession,
  files: ParsedProfileFiles,
  readToken: () => Promise<Secret>,
): Promise<FoundDocument> {
  recordRole(poll, session);
  return requestCredentials(poll, readSts(poll.options, files), async (sdk, signal) => {
    const token = await readToken();
    return sdk.assumeRoleWithWebIdentity({ ...toInput(session), WebIdentityToken: token.reveal() }, signal);
  });
}

/**
 * The caller has already recorded the role, before it read the keys.
 * @param files their selected profile can have the region and the endpoint
 * @param keys the credentials that assume the role
 * @throws PollError
 */
export async function assumeRole(
  poll: OngoingPoll,
  session: RoleSession & { externalId: string | null },
  files: ParsedProfileFiles,
  keys: PolledCredentials['secrets'],
): Promise<FoundDocument> {
  const { externalId } = session;
  // Shared with the owner of the role only. AWS quotes an invalid one.
  if (externalId !== null) poll.externalIds.add(externalId);
  return requestCredentials(poll, readSts(poll.options, files), (sdk, signal) =>
    sdk.assumeRole(
      { ...toInput(session), ...(externalId === null ? {} : { ExternalId: externalId }) },
      revealKeys(keys),
      signal,
    ),
  );
}

/**
 * Asks AWS whose keys these are. Needs no permission.
 * @throws PollError
 */
export const getCallerIdentity = (
  poll: OngoingPoll,
  service: AwsService,
  keys: PolledCredentials['secrets'],
): Promise<SdkIdentity> =>
  callAws(
    poll,
    service,
    (sdk, signal) => sdk.getCallerIdentity(revealKeys(keys), signal),
    (identity) => identity,
  );

const revealKeys = ({ accessKeyId, secretAccessKey, token }: PolledCredentials['secrets']): SdkKeys => ({
  accessKeyId: accessKeyId.reveal(),
  secretAccessKey: secretAccessKey.reveal(),
  sessionToken: token?.reveal(),
});

export const getSsoCredentials = (
  poll: OngoingPoll,
  service: AwsService,
  { accessToken, ...role }: { accessToken: Secret; accountId: string; roleName: string },
): Promise<FoundDocument> =>
  requestCredentials(poll, service, (sdk, signal) =>
    sdk.getRoleCredentials({ ...role, accessToken: accessToken.reveal() }, signal),
  );

const toInput = ({ roleArn, sessionName, durationSeconds }: RoleSession) => ({
  RoleArn: roleArn,
  RoleSessionName: sessionName,
  ...(durationSeconds === null ? {} : { DurationSeconds: durationSeconds }),
});

/** Makes one call, with retries, and validates the credentials in the response. @throws PollError */
const requestCredentials = (
  poll: OngoingPoll,
  service: AwsService,
  send: (sdk: Sdk, signal: AbortSignal) => Promise<SdkCredentials | undefined>,
): Promise<FoundDocument> =>
  callAws(poll, service, send, (credentials) => toDocument(credentials ?? {}, poll));

/** @param read validates the response, in every attempt */
async function callAws<Response, Result>(
  poll: OngoingPoll,
  service: AwsService,
  send: (sdk: Sdk, signal: AbortSignal) => Promise<Response>,
  read: (response: Response) => Result,
): Promise<Result> {
  poll.options.beforeRequest?.();
  const { connectMs, requestMs } = chooseCallLimits(poll.options);
  const { clock } = poll.options;
  let sentAt = clock.now();
  const { openSdk } = await import('./sdk.ts');
  const { region, endpoint, usesFips, usesDualStack } = service;
  // SDKs accept such an endpoint, for example of an emulator.
  if (endpoint?.protocol === 'http:' && !isLoopbackUrl(endpoint)) {
    poll.notes.add({ code: 'ENDPOINT_NOT_ENCRYPTED' });
  }
  const sdk = openSdk({
    region,
    endpoint: endpoint?.href,
    usesFips,
    usesDualStack,
    connectMs,
    requestMs,
    maxBodyBytes: MAX_BODY_BYTES,
    createBodyTooLargeError: createResponseTooLargeError,
    lookup: createLookup(poll),
    onRequest: () => {
      sentAt = clock.now();
    },
    onResponse: (date) => {
      poll.hasResponded = true;
      poll.clockOffset = computeClockOffset((sentAt + clock.now()) / 2, date) ?? poll.clockOffset;
    },
  });
  const attempt = async (): Promise<Result> => {
    // Node.js can collect a time limit to which only `AbortSignal.any()` refers. The catch block refers to it too.
    const timeLimit = AbortSignal.timeout(requestMs);
    try {
      return read(await send(sdk, AbortSignal.any([poll.signal, timeLimit])));
    } catch (error) {
      throw toPollError(error, service, { signal: poll.signal, requestMs }, timeLimit.aborted);
    }
  };
  try {
    return await poll.withRetries(attempt);
  } finally {
    sdk.close();
  }
}

function toDocument(credentials: SdkCredentials, poll: OngoingPoll): FoundDocument {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials;
  if (AccessKeyId && SecretAccessKey && !SessionToken) {
    throw new PollError('malformed', 'missing: SessionToken');
  }
  const isTime = Expiration !== undefined && !Number.isNaN(Expiration.getTime());
  const toNamed = (name: string, value: string | undefined) => ({ name, value: value || null });
  return createKeysDocument(
    {
      accessKeyId: toNamed('AccessKeyId', AccessKeyId),
      secretAccessKey: toNamed('SecretAccessKey', SecretAccessKey),
      token: toNamed('SessionToken', SessionToken),
      expirations: readExpirations(['Expiration'], () => (isTime ? Expiration.toISOString() : null)),
      accountId: poll.accountId,
      reasonIfIncomplete: 'malformed',
      missingExpirationDetail: 'Expiration is missing',
    },
    poll,
  );
}

/** Avoids `dns.lookup`: a hanging `getaddrinfo` cannot be cancelled and survives even `process.exit`. */
const createLookup =
  ({ options, signal }: OngoingPoll): LookupFunction =>
  (host, { all }, callback) => {
    resolveHost(host, options, signal).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const [first] = found;
        if (all || first === undefined) callback(null, found);
        else callback(null, first.address, first.family);
      },
      () => callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), ''),
    );
  };
