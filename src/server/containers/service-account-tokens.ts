import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Instant, Seconds } from '../../domain/model.ts';

/** What the EKS Pod Identity agent finds wrong with a token before it asks anybody. */
export type TokenProblem = 'empty' | 'unparsable' | 'expired' | 'not-yet' | 'unknown';

/** Audience and lifetime of the tokens that EKS projects into pods. */
const AUDIENCE = 'pods.eks.amazonaws.com';

/** Service-account tokens of a cluster that does not exist: JWTs that only this process can have signed. */
export class ServiceAccountTokens {
  readonly #key = randomBytes(32);

  issue(lifetime: Seconds, now: Instant): string {
    const seconds = Math.floor(now / 1000);
    const claims = {
      aud: [AUDIENCE],
      exp: seconds + lifetime,
      iat: seconds,
      nbf: seconds,
      iss: 'https://oidc.example.invalid/cred-watch',
      sub: 'system:serviceaccount:default:simulated',
      jti: randomBytes(8).toString('hex'),
    };
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${this.#sign(signed)}`;
  }

  /** Null where nothing is wrong. Claims come before the signature, as in the agent: it leaves the latter to EKS. */
  findProblem(token: string, now: Instant): TokenProblem | null {
    if (token === '') return 'empty';
    const [header = '', payload = '', signature, ...rest] = token.split('.');
    const claims = parse(payload);
    const isJwt = parse(header) !== null && signature !== undefined && rest.length === 0;
    if (!isJwt || claims === null) return 'unparsable';
    const seconds = now / 1000;
    if (typeof claims.exp === 'number' && seconds >= claims.exp) return 'expired';
    if (typeof claims.nbf === 'number' && seconds < claims.nbf) return 'not-yet';
    return this.#isOurs(`${header}.${payload}`, signature) ? null : 'unknown';
  }

  #isOurs(signed: string, signature: string): boolean {
    const [ours, theirs] = [Buffer.from(this.#sign(signed)), Buffer.from(signature)];
    return ours.length === theirs.length && timingSafeEqual(ours, theirs);
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
