import { onTestFinished } from 'vitest';
import { type LoopbackServer, type ServiceResponse, startLoopbackServer } from '../aws/loopback-server.ts';
import { type ReceivedRequest, readRequestSignature } from '../aws/request-signature.ts';
import type { IssuedSession } from '../aws/sts.ts';
import { readSignature } from '../peers/signature.ts';

/** The first problem of a signed request, as AWS checks it. */
export type KeyProblem =
  | 'unsigned'
  | 'unknown-key'
  | 'wrong-token'
  | 'wrong-signature'
  | 'old-request'
  | 'expired';

/** A signed request of a client. */
export interface KeyUse {
  accessKeyId: string;
  /** By the clock of the client. */
  signedAt: number;
  /** Null if AWS would accept the request. */
  problem: KeyProblem | null;
}

export interface VerifyingService extends LoopbackServer {
  uses: KeyUse[];
}

type Session = Pick<IssuedSession, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiration'>;

interface ServiceOptions {
  now: () => number;
  findSession(accessKeyId: string): Session | undefined;
  /** A listing of a bucket has another page while this returns true. */
  hasMorePages?: () => boolean | Promise<boolean>;
  finished?: (clean: () => Promise<void>) => void;
}

/** AWS accepts signatures up to this age. */
const MAX_SIGNATURE_AGE_MS = 5 * 60_000;

/**
 * The part of AWS that clients need to use a key: `GetCallerIdentity` of STS, and listings of S3, whose buckets are
 * empty. It checks every signature, and whether the key had expired when the request was signed.
 */
export async function startVerifyingService({
  now,
  findSession,
  hasMorePages = () => false,
  finished = onTestFinished,
}: ServiceOptions): Promise<VerifyingService> {
  const uses: KeyUse[] = [];

  const findProblem = async (request: ReceivedRequest, signedAt: number): Promise<KeyProblem | null> => {
    const { accessKeyId, sessionToken, isSignedBy } = readAnySignature(request);
    if (accessKeyId === '') return 'unsigned';
    const session = findSession(accessKeyId);
    if (session === undefined) return 'unknown-key';
    if (sessionToken !== session.sessionToken) return 'wrong-token';
    if (!(await isSignedBy(session.secretAccessKey))) return 'wrong-signature';
    if (Math.abs(signedAt - now()) > MAX_SIGNATURE_AGE_MS) return 'old-request';
    // Signing times have whole seconds. A request that was signed in time may arrive later.
    return signedAt >= session.expiration ? 'expired' : null;
  };

  const respond = async (request: ReceivedRequest): Promise<ServiceResponse> => {
    const signedAt = readSigningTime(request);
    const problem = await findProblem(request, signedAt);
    // Clients may check a bucket without a signature.
    if (problem !== 'unsigned')
      uses.push({ accessKeyId: readAnySignature(request).accessKeyId, signedAt, problem });
    if (problem !== null) return isStsRequest(request) ? refuseAsSts(problem) : refuseAsS3(problem);
    if (isStsRequest(request)) return IDENTITY;
    return createListing(request, await hasMorePages());
  };
  const server = await startLoopbackServer(respond, now, finished);
  return { ...server, uses };
}

const isStsRequest = ({ method }: ReceivedRequest) => method === 'POST';

interface AnySignature {
  accessKeyId: string;
  sessionToken: string | null;
  isSignedBy(secretAccessKey: string): boolean | Promise<boolean>;
}

/** S3 encodes paths once, and other services twice. */
const readAnySignature = (request: ReceivedRequest): AnySignature =>
  (isStsRequest(request) ? readRequestSignature(request) : readSignature(request)) ?? {
    accessKeyId: '',
    sessionToken: null,
    isSignedBy: () => false,
  };

const readSigningTime = ({ headers }: ReceivedRequest): number =>
  Date.parse(
    String(headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );

const AWS_CODES: Readonly<Record<KeyProblem, string>> = {
  unsigned: 'MissingAuthenticationToken',
  'unknown-key': 'InvalidClientTokenId',
  'wrong-token': 'InvalidClientTokenId',
  'wrong-signature': 'SignatureDoesNotMatch',
  'old-request': 'RequestTimeTooSkewed',
  expired: 'ExpiredToken',
};

const xml = (status: number, body: string): ServiceResponse => ({
  status,
  headers: { 'Content-Type': 'text/xml' },
  body: `<?xml version="1.0"?>${body}`,
});

const refuseAsSts = (problem: KeyProblem) =>
  xml(
    403,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${AWS_CODES[problem]}</Code><Message>refused</Message></Error></ErrorResponse>`,
  );

const refuseAsS3 = (problem: KeyProblem) =>
  xml(403, `<Error><Code>${AWS_CODES[problem]}</Code><Message>refused</Message></Error>`);

const IDENTITY = xml(
  200,
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:sts::111122223333:assumed-role/loader/test</Arn><UserId>AROAEXAMPLE:test</UserId><Account>111122223333</Account>
  </GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
);

const NO_BUCKETS =
  '<ListAllMyBucketsResult><Owner><ID>nobody</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>';

function createListing({ url, method }: ReceivedRequest, hasMore: boolean): ServiceResponse {
  if (method === 'HEAD') return { status: 404, body: '' };
  const { pathname, searchParams } = new URL(url, 'http://unused');
  if (pathname === '/') return xml(200, NO_BUCKETS);
  if (searchParams.has('location')) return xml(200, '<LocationConstraint>eu-west-1</LocationConstraint>');
  if (searchParams.has('uploads'))
    return xml(200, '<ListMultipartUploadsResult></ListMultipartUploadsResult>');
  return xml(
    200,
    `<ListBucketResult><IsTruncated>${hasMore}</IsTruncated><NextMarker>next</NextMarker></ListBucketResult>`,
  );
}
