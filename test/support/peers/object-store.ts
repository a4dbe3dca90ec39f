import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSignature, type Signature } from './signature.ts';

export interface ObjectStore {
  url: string;
  /** Of every request that arrived, in order. */
  signatures: readonly Signature[];
  close(): void;
}

/**
 * As much of S3 as a listing needs: no bucket, and in every bucket page after page of nothing for as long as there
 * `isMore`. Anybody may look; what a client signed with is all that matters.
 */
export async function startObjectStore(isMore: () => boolean = () => false): Promise<ObjectStore> {
  const signatures: Signature[] = [];
  const server = createServer((request, response) => {
    signatures.push(readSignature(request));
    const body = request.url === '/' ? NO_BUCKETS : page(signatures.length, isMore());
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

const page = (number: number, isMore: boolean) =>
  `<ListBucketResult><IsTruncated>${isMore}</IsTruncated><NextMarker>page-${number}</NextMarker></ListBucketResult>`;
