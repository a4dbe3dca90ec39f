import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Signature {
  accessKeyId: string;
  sessionToken: string | null;
  isBy(secretAccessKey: string): boolean;
}

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)$/;

/**
 * Who signed a request, as AWS finds it out (Signature Version 4 of S3, which encodes a path once). Only so can be told
 * that a client got hold of the secret key, too, since it never sends it.
 */
export function readSignature({ method, url = '', headers }: IncomingMessage): Signature {
  const [, accessKeyId, day, region, service, signed, signature] =
    FORM.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined) return { accessKeyId: '', sessionToken: null, isBy: () => false };
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query.split('&').sort().join('&'),
    ...signed!.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  return {
    accessKeyId,
    sessionToken: (headers['x-amz-security-token'] as string | undefined) ?? null,
    isBy: (secretAccessKey) => {
      const key = [day!, region!, service!, 'aws4_request'].reduce<string | Buffer>(
        mac,
        `AWS4${secretAccessKey}`,
      );
      return mac(key, text).toString('hex') === signature;
    },
  };
}

const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
