import { readFileSync } from 'node:fs';
import type { Script, Step } from '../sources/scripted-endpoint.ts';
import { fixturePath } from './program-run.ts';

export const ROLES = '/latest/meta-data/iam/security-credentials/';
export const documentFixture = (name: string) => readFileSync(fixturePath(`documents/${name}`), 'utf8');

export interface Issued {
  keyId?: string;
  /** Seconds from now; negative in the past. */
  issuedIn?: number;
  expiresIn?: number;
}

const instant = (fromNow: number) => new Date(Date.now() + fromNow * 1000).toISOString().replace(/\.\d+/, '');

export function roleDocument({
  keyId = 'ASIATESTTESTTEST0001',
  issuedIn = -600,
  expiresIn = 21_000,
}: Issued = {}) {
  return JSON.stringify({
    Code: 'Success',
    LastUpdated: instant(issuedIn),
    Type: 'AWS-HMAC',
    AccessKeyId: keyId,
    SecretAccessKey: 'not-a-secret',
    Token: 'not-a-token',
    Expiration: instant(expiresIn),
  });
}

export const grantToken = (token = 'imds-token'): Step => ({
  headers: { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': '21600' },
  body: token,
});

/** IMDSv2 of the instance `i-0abc` with the role `loader`, with these changes. */
export const metadataService = (changes: Script = {}): Script => ({
  'PUT /latest/api/token': grantToken(),
  'GET /latest/meta-data/instance-id': { body: 'i-0abc' },
  [`GET ${ROLES}`]: { body: 'loader' },
  [`GET ${ROLES}loader`]: { body: roleDocument() },
  ...changes,
});
