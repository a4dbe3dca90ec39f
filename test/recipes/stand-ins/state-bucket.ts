/**
 * A stand-in for the parts of Amazon S3 and STS that the S3 backend of Terraform calls, because they run only
 * at AWS.
 *
 * It imitates GetObject, HeadObject, PutObject with `If-None-Match: *`, DeleteObject, ListObjectsV2 without
 * results, and GetCallerIdentity. Each request needs a valid signature of keys that have not expired; otherwise
 * it fails with the error of S3 (Amazon S3 API Reference, "Error responses"). The requests are those that
 * Terraform 1.11 sends.
 */
import {
  type LoopbackServer,
  type ServiceResponse,
  startLoopbackServer,
} from '../../support/aws/loopback-server.ts';
import { type ReceivedRequest, readRequestSignature } from '../../support/aws/request-signature.ts';
import type { IssuedKeys } from './redshift-server.ts';

export interface StateBucket extends LoopbackServer {
  /** Path of an object → content. */
  objects: Map<string, string>;
  /** The credentials of all requests, without repetitions. */
  usedKeys: Set<IssuedKeys>;
  env: Record<string, string>;
}

interface StateBucketOptions {
  listKeys: () => readonly IssuedKeys[];
  now?: () => number;
}

/** Starts the server on a free loopback port, until the test ends. */
export async function startStateBucket({
  listKeys,
  now = Date.now,
}: StateBucketOptions): Promise<StateBucket> {
  const objects = new Map<string, string>();
  const usedKeys = new Set<IssuedKeys>();

  const store = (path: string, { headers, body }: ReceivedRequest): ServiceResponse => {
    if (headers['if-none-match'] === '*' && objects.has(path)) return buildError(412, 'PreconditionFailed');
    objects.set(path, body);
    return { status: 200, headers: { ETag: '"1"' }, body: '' };
  };
  const respond = async (request: ReceivedRequest): Promise<ServiceResponse> => {
    const keys = await authenticate(request, listKeys());
    if (typeof keys === 'string') return buildError(403, keys);
    if (keys.expiration <= now()) return buildError(400, 'ExpiredToken');
    usedKeys.add(keys);
    const { pathname, searchParams } = new URL(request.url, 'http://unused');
    if (request.method === 'POST') return CALLER;
    if (searchParams.has('list-type')) return EMPTY_LIST;
    if (request.method === 'PUT') return store(pathname, request);
    if (request.method === 'DELETE') {
      objects.delete(pathname);
      return { status: 204, body: '' };
    }
    const content = objects.get(pathname);
    if (content === undefined) return buildError(404, 'NoSuchKey');
    return { status: 200, headers: { ETag: '"1"' }, body: content };
  };
  const server = await startLoopbackServer(respond);
  const env = { AWS_ENDPOINT_URL_S3: server.url, AWS_ENDPOINT_URL_STS: server.url };
  return { ...server, objects, usedKeys, env };
}

/** The keys that signed a request, or the code of an error. */
async function authenticate(
  request: ReceivedRequest,
  keys: readonly IssuedKeys[],
): Promise<IssuedKeys | string> {
  const signature = readRequestSignature(request);
  const candidates = keys.filter(({ accessKeyId }) => accessKeyId === signature?.accessKeyId);
  if (signature === null || candidates.length === 0) return 'InvalidAccessKeyId';
  const used = candidates.find(({ sessionToken }) => sessionToken === signature.sessionToken);
  if (used === undefined) return 'InvalidToken';
  return (await signature.isSignedBy(used.secretAccessKey)) ? used : 'SignatureDoesNotMatch';
}

const XML = { 'Content-Type': 'application/xml' };

const buildError = (status: number, code: string): ServiceResponse => ({
  status,
  headers: XML,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

const EMPTY_LIST: ServiceResponse = {
  status: 200,
  headers: XML,
  body: '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>',
};

const CALLER: ServiceResponse = {
  status: 200,
  headers: XML,
  body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
    <Arn>arn:aws:sts::111122223333:assumed-role/deploy/session</Arn><UserId>AROAEXAMPLE:session</UserId>
    <Account>111122223333</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId>
    </ResponseMetadata></GetCallerIdentityResponse>`,
};
