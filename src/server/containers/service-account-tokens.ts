import { createHmac, randomBytes } from 'node:crypto';
import type { Instant, Seconds } from '../../domain/model.ts';
import { isSameSecret } from './compare-secrets.ts';

/** Why a token is rejected. The agent itself detects all but `unknown`: EKS Auth checks the signature. */
export type TokenProblem = 'empty' | 'unparsable' | 'expired' | 'not-yet' | 'unknown';

/** Audience of the tokens that EKS projects into pods. */
const AUDIENCE = 'pods.eks.amazonaws.com';

const ISSUER = 'https://oidc.example.invalid/cred-watch';

/** Service-account tokens of a made-up cluster: JWTs that only the owner of the key can sign. */
export class ServiceAccountTokens {
  readonly #key: Uint8Array;
  readonly #name: string;

  /**
   * @param name the name of the service account
   * @param key by default, only this process can sign tokens
   */
  constructor(name = 'simulated', key: Uint8Array = randomBytes(32)) {
    this.#key = key;
    this.#name = name;
  }

  issue(lifetime: Seconds, now: Instant): string {
    const seconds = Math.floor(now / 1000);
    const claims = {
      aud: [AUDIENCE],
      exp: seconds + lifetime,
      iat: seconds,
      nbf: seconds,
      iss: ISSUER,
      sub: `system:serviceaccount:default:${this.#name}`,
      jti: randomBytes(8).toString('hex'),
    };
    const signed = `${encodePart({ alg: 'HS256', typ: 'JWT' })}.${encodePart(claims)}`;
    return `${signed}.${this.#sign(signed)}`;
  }

  /** Returns null for a valid token. Like the agent, it checks claims before the signature. */
  findProblem(token: string, now: Instant): TokenProblem | null {
    if (token === '') return 'empty';
    const [header = '', payload = '', signature, ...rest] = token.split('.');
    const claims = parsePart(payload);
    const isJwt = parsePart(header) !== null && signature !== undefined && rest.length === 0;
    if (!isJwt || claims === null) return 'unparsable';
    const seconds = now / 1000;
    if (typeof claims.exp === 'number' && seconds >= claims.exp) return 'expired';
    if (typeof claims.nbf === 'number' && seconds < claims.nbf) return 'not-yet';
    return isSameSecret(signature, this.#sign(`${header}.${payload}`)) ? null : 'unknown';
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

/** Whether a text is a token of some key. Also true for expired tokens. */
export const isServiceAccountToken = (text: string): boolean =>
  parsePart(text.split('.')[1] ?? '')?.iss === ISSUER;

const encodePart = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function parsePart(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
