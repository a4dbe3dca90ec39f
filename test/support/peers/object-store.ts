import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSignature, type Signature } from './signature.ts';

export interface ObjectStore {
  url: string;
  /** The signatures of all requests in their order. */
  signatures: readonly Signature[];
  close(): void;
}

/**
 * The part of S3 that a listing needs. There are no buckets, and a listing of a bucket has empty pages while
 * `hasMorePages()` returns true. Every request is accepted, because the tests only read its signature.
 */
export async function startObjectStore({
  hasMorePages = () => false,
  respondToPost,
}: {
  hasMorePages?: () => boolean;
  /** Responds to requests for STS. They are not listed. */
  respondToPost?: (body: string) => string;
} = {}): Promise<ObjectStore> {
  const signatures: Signature[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && respondToPost !== undefined) {
      let posted = '';
      for await (const chunk of request) posted += chunk;
      response.writeHead(200, { 'Content-Type': 'text/xml' }).end(respondToPost(posted));
      return;
    }
    signatures.push(readSignature(request));
    const body = request.url === '/' ? NO_BUCKETS : createPage(signatures.length, hasMorePages());
    response.writeHead(200, { 'Content-Type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signatures,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const NO_BUCKETS =
  '<ListAllMyBucketsResult><Owner><ID>nobody</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>';

const createPage = (number: number, hasMore: boolean) =>
  `<ListBucketResult><IsTruncated>${hasMore}</IsTruncated><NextMarker>page-${number}</NextMarker></ListBucketResult>`;
