import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Signature {
  accessKeyId: string;
  sessionToken: string | null;
  isSignedBy(secretAccessKey: string): boolean;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)$/;

/**
 * Checks a signature as S3 does (Signature Version 4, where S3 encodes paths once). Clients never send the
 * secret key, so the signature is the only proof that a client has it.
 */
export function readSignature({
  method,
  url = '',
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Signature {
  const [, accessKeyId, day = '', region = '', service = '', signed = '', signature] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined) return { accessKeyId: '', sessionToken: null, isSignedBy: () => false };
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query === '' ? '' : query.split('&').map(normalizeParameter).sort().join('&'),
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  return {
    accessKeyId,
    sessionToken: headers['x-amz-security-token']?.toString() ?? null,
    isSignedBy: (secretAccessKey) => {
      const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
        mac,
        `AWS4${secretAccessKey}`,
      );
      return mac(key, text).toString('hex') === signature;
    },
  };
}

/** s3fs sends `/` in parameters, and parameters without `=`. */
function normalizeParameter(parameter: string): string {
  const [name = '', value = ''] = parameter.split('=').map(decodeURIComponent);
  return `${encodeStrictly(name)}=${encodeStrictly(value)}`;
}

const encodeStrictly = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
