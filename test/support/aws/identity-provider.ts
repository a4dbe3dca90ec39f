import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/** The claims that IAM checks. */
export interface Claims {
  iss: string;
  aud: string;
  sub: string;
  /** Seconds since 1970. */
  iat: number;
  exp: number;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const createKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** A new RSA key takes a tenth of a second, so the providers of a worker share one. */
let sharedKey: KeyObject | undefined;

function getSharedKey(): KeyObject {
  sharedKey ??= createKey();
  return sharedKey;
}

/** An issuer of identity tokens (RS256), like the one of an EKS cluster or of GitHub. */
export class IdentityProvider {
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  constructor(issuer = 'https://oidc.example/cluster', privateKey = getSharedKey()) {
    this.issuer = issuer;
    this.#privateKey = privateKey;
    this.publicKey = createPublicKey(privateKey);
  }

  /** @param now in milliseconds; the token is valid for an hour, unless `claims` says otherwise */
  issueToken(now: number, claims: Partial<Claims> = {}): string {
    const seconds = Math.floor(now / 1000);
    const times = { iat: seconds, exp: seconds + 3600 };
    const payload: Claims = {
      iss: this.issuer,
      aud: 'sts.amazonaws.com',
      sub: 'system:serviceaccount:etl:loader',
      ...times,
      ...claims,
    };
    const content = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })}.${encode(payload)}`;
    const signature = sign('RSA-SHA256', Buffer.from(content), this.#privateKey);
    return `${content}.${signature.toString('base64url')}`;
  }
}

/** The claims of a token with a valid signature, else null. */
export function verifyToken(token: string, publicKey: KeyObject): Claims | null {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const isValid = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return isValid ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : null;
}
