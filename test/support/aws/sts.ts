import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type IdentityProvider, verifyToken } from './identity-provider.ts';
import { type LoopbackServer, type ServiceResponse, startLoopbackServer } from './loopback-server.ts';
import { type ReceivedRequest, readRequestSignature } from './request-signature.ts';

/** Who may assume a role: holders of a key, or of an identity token. */
export interface TestRole {
  arn: string;
  /** Default: an hour, as in IAM. */
  maxSessionSeconds?: number;
  /** Key ids of users, and ARNs of roles whose sessions may assume this one. */
  principals?: readonly string[];
  externalId?: string;
  identities?: { provider: IdentityProvider; audience?: string; subject?: string };
}

export interface IssuedSession {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: number;
  roleArn: string;
  sessionName: string;
}

interface Principal {
  name: string;
  secretAccessKey: string;
  sessionToken: string | null;
  /** Null for a user. */
  session: IssuedSession | null;
}

export interface StsOptions {
  roles: readonly TestRole[];
  /** Long-lived keys: key id → secret key. */
  users?: Readonly<Record<string, string>>;
  /** The account of the users. */
  accountId?: string;
  /** Lifetime of every session. AWS has at least 15 minutes, which is too long for tests in real time. */
  sessionSeconds?: number;
  now?: () => number;
  finished?: (clean: () => Promise<void>) => void;
}

export interface Sts extends LoopbackServer {
  issued: IssuedSession[];
  /** Issues credentials of a role, as an endpoint of a host does. */
  issue(roleArn: string, sessionName: string, seconds: number): IssuedSession;
  now: () => number;
}

const HOUR = 3600;
/** AWS accepts signatures up to this old, in milliseconds. */
const MAX_SIGNATURE_AGE = 5 * 60_000;

class StsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A loopback STS that checks signatures, identity tokens and durations, with the errors of AWS. */
export async function startSts({
  roles,
  users = {},
  accountId = '111122223333',
  sessionSeconds,
  now = Date.now,
  finished = onTestFinished,
}: StsOptions): Promise<Sts> {
  const issued: IssuedSession[] = [];
  const findRole = (arn: string) => roles.find((role) => role.arn === arn);

  const authenticate = async (request: ReceivedRequest): Promise<Principal> => {
    const signature = readRequestSignature(request);
    if (signature === null)
      throw new StsError('MissingAuthenticationToken', 'Request is missing a signature', 403);
    const { accessKeyId, sessionToken, signedAt } = signature;
    const session = issued.find((each) => each.accessKeyId === accessKeyId) ?? null;
    const secretAccessKey = session?.secretAccessKey ?? users[accessKeyId];
    if (secretAccessKey === undefined || sessionToken !== (session?.sessionToken ?? null))
      throw new StsError(
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
        403,
      );
    if (session !== null && session.expiration <= now())
      throw new StsError('ExpiredToken', 'The security token included in the request is expired', 403);
    if (!(await signature.isSignedBy(secretAccessKey)))
      throw new StsError('SignatureDoesNotMatch', 'The request signature we calculated does not match', 403);
    if (Math.abs(signedAt - now()) > MAX_SIGNATURE_AGE) {
      const word = signedAt < now() ? 'expired' : 'not yet current';
      throw new StsError('SignatureDoesNotMatch', `Signature ${word}: ${signedAt} is not near ${now()}`, 403);
    }
    return { name: session?.roleArn ?? accessKeyId, secretAccessKey, sessionToken, session };
  };

  const createSession: Sts['issue'] = (roleArn, sessionName, seconds) => {
    const session = {
      accessKeyId: `ASIA${randomKeyIdPart()}`,
      secretAccessKey: `CANARY/${randomBytes(24).toString('base64')}`.slice(0, 40),
      sessionToken: `CANARY${randomBytes(120).toString('base64')}`,
      expiration: Math.floor(now() / 1000 + seconds) * 1000,
      roleArn,
      sessionName,
    };
    issued.push(session);
    return session;
  };

  const issueForRequest = (roleArn: string, parameters: URLSearchParams, longest: number): IssuedSession => {
    const seconds = Number(parameters.get('DurationSeconds') ?? HOUR);
    if (!(seconds >= 900 && seconds <= 43_200))
      throw new StsError(
        'ValidationError',
        `Value '${seconds}' at 'durationSeconds' failed to satisfy constraint`,
      );
    if (seconds > longest)
      throw new StsError(
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    return createSession(roleArn, parameters.get('RoleSessionName') ?? '', sessionSeconds ?? seconds);
  };

  const assumeRole = async (
    request: ReceivedRequest,
    parameters: URLSearchParams,
  ): Promise<IssuedSession> => {
    const principal = await authenticate(request);
    const arn = parameters.get('RoleArn') ?? '';
    const role = findRole(arn);
    const isTrusted = role?.principals?.includes(principal.name) === true;
    if (role === undefined || !isTrusted || role.externalId !== (parameters.get('ExternalId') ?? undefined))
      throw new StsError(
        'AccessDenied',
        `User: ${principal.name} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
        403,
      );
    const own = role.maxSessionSeconds ?? HOUR;
    if (principal.session !== null && Number(parameters.get('DurationSeconds') ?? 0) > HOUR)
      throw new StsError(
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    return issueForRequest(arn, parameters, own);
  };

  const assumeRoleWithWebIdentity = (parameters: URLSearchParams): IssuedSession => {
    const arn = parameters.get('RoleArn') ?? '';
    const role = findRole(arn);
    const trust = role?.identities;
    if (role === undefined || trust === undefined)
      throw new StsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
    const claims = verifyToken(parameters.get('WebIdentityToken') ?? '', trust.provider.publicKey);
    if (claims === null)
      throw new StsError(
        'InvalidIdentityToken',
        "Couldn't retrieve verification key from your identity provider",
      );
    if (claims.exp * 1000 <= now())
      throw new StsError(
        'ExpiredTokenException',
        `Token expired: current date/time ${now()} must be before ${claims.exp}`,
      );
    if (claims.aud !== (trust.audience ?? 'sts.amazonaws.com'))
      throw new StsError('InvalidIdentityToken', 'Incorrect token audience');
    if (trust.subject !== undefined && claims.sub !== trust.subject)
      throw new StsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
    return issueForRequest(arn, parameters, role.maxSessionSeconds ?? HOUR);
  };

  const respond = async (request: ReceivedRequest): Promise<ServiceResponse> => {
    const parameters = new URLSearchParams(request.body);
    const action = parameters.get('Action') ?? '';
    try {
      if (action === 'AssumeRole') return buildResponse(action, await assumeRole(request, parameters));
      if (action === 'GetCallerIdentity') return buildIdentity(await authenticate(request), accountId);
      if (action === 'AssumeRoleWithWebIdentity')
        return buildResponse(action, assumeRoleWithWebIdentity(parameters));
      throw new StsError('InvalidAction', `Could not find operation ${action}`);
    } catch (error) {
      if (!(error instanceof StsError)) throw error;
      return buildStsError(error.code, error.message, error.status);
    }
  };
  const server = await startLoopbackServer(respond, now, finished);
  return { ...server, issued, issue: createSession, now };
}

const randomKeyIdPart = (): string =>
  Array.from(randomBytes(16), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const buildStsError = (code: string, message: string, status = 400): ServiceResponse => ({
  status,
  headers: { 'Content-Type': 'text/xml' },
  body: `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});

/** No policy can deny this call. */
function buildIdentity({ session }: Principal, userAccount: string): ServiceResponse {
  const arn = session === null ? `arn:aws:iam::${userAccount}:user/team/jane` : buildSessionArn(session);
  const [, , , , account] = arn.split(':');
  return {
    status: 200,
    headers: { 'Content-Type': 'text/xml' },
    body: `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>
      <Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account>
      </GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
}

/** AWS drops the path of the role. */
function buildSessionArn({ roleArn, sessionName }: IssuedSession): string {
  const [, account = '', role = ''] = /^arn:aws:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
  return `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`;
}

function buildResponse(action: string, session: IssuedSession): ServiceResponse {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, sessionName } = session;
  return {
    status: 200,
    headers: { 'Content-Type': 'text/xml' },
    body: `<${action}Response xmlns="${NAMESPACE}"><${action}Result>
      <AssumedRoleUser><Arn>${buildSessionArn(session)}</Arn><AssumedRoleId>AROAEXAMPLE:${sessionName}</AssumedRoleId></AssumedRoleUser>
      <Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${new Date(expiration).toISOString().replace('.000', '')}</Expiration></Credentials>
      </${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
  };
}
