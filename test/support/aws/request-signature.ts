import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

/** The hash function in the form that AWS's signer expects. */
export class Sha256 {
  #data: Buffer[] = [];
  readonly #key: Uint8Array | null;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key === undefined ? null : toBytes(key);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#data.push(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    const hash = this.#key === null ? createHash('sha256') : createHmac('sha256', this.#key);
    return hash.update(Buffer.concat(this.#data)).digest();
  }

  reset(): void {
    this.#data = [];
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)$/;

export interface ReceivedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface SignedRequest {
  accessKeyId: string;
  sessionToken: string | null;
  region: string;
  signedAt: number;
  /** Signs the request again with AWS's signer, and compares the signatures. */
  isSignedBy(secretAccessKey: string): Promise<boolean>;
}

/** Null for a request without a signature. */
export function readRequestSignature({ method, url, headers, body }: ReceivedRequest): SignedRequest | null {
  const match = AUTHORIZATION.exec(headers.authorization ?? '');
  if (match === null) return null;
  const [, accessKeyId = '', region = '', service = '', signedHeaders = '', signature = ''] = match;
  const sessionToken = headers['x-amz-security-token']?.toString() ?? null;
  const signedAt = parseSigningTime(String(headers['x-amz-date']));
  const isSignedBy = async (secretAccessKey: string): Promise<boolean> => {
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) },
      region,
      service,
      sha256: Sha256,
      applyChecksum: headers['x-amz-content-sha256'] !== undefined,
    });
    const names = signedHeaders.split(';');
    const target = new URL(url, 'http://unused');
    const signed = await signer.sign(
      {
        method,
        protocol: 'http:',
        hostname: 'unused',
        path: target.pathname,
        query: Object.fromEntries(target.searchParams),
        headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
        body,
      },
      { signingDate: new Date(signedAt), signableHeaders: new Set(names) },
    );
    return signed.headers.authorization?.endsWith(`Signature=${signature}`) ?? false;
  };
  return { accessKeyId, sessionToken, region, signedAt, isSignedBy };
}

/** `20261129T120000Z` */
const parseSigningTime = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
