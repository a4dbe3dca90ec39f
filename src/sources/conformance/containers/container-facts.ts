import type { ConformanceNote } from '../../../domain/conformance/check-result.ts';
import { Secret } from '../../../secret.ts';
import { type JsonObject, parseJsonObject } from '../../document/json-object.ts';
import { parseJwtExpiration } from '../../document/jwt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { type Exchange, MAX_UNANSWERED, type Prober } from '../prober.ts';
import type { ConformanceOptions } from '../shape-checks.ts';
import { readAgentError } from './agent-errors.ts';

/** Parts of a path with at least this length are confidential. Shorter parts are words of an API. */
const MIN_CONFIDENTIAL_LENGTH = 16;

/** `security-credentials` */
const WORDS = /^[a-z]{1,20}(?:-[a-z]{1,20})*$/;

/** In the place of an id or a token. Not derived from the real one, so that reports may show it. */
const WRONG_ID = '00000000-0000-4000-8000-000000000000';

/** What a request changes. An undefined token is the real one, and null is none. */
export interface ContainerRequest {
  path?: string;
  token?: string | Secret | null;
  host?: string;
}

/** Responses of a container endpoint that several checks judge. Each is requested once. */
export class ContainerFacts {
  readonly options: ConformanceOptions;
  /** With the query. */
  readonly path: string;
  readonly prober: Prober;
  readonly #responses = new Map<string, Promise<Exchange>>();
  #concurrent: Promise<readonly Exchange[]> | null = null;
  /** What the endpoint accepts as the Authorization header. */
  #token: Secret | null;

  constructor(prober: Prober, options: ConformanceOptions) {
    this.options = options;
    this.prober = prober;
    this.#token = options.token?.value ?? null;
    const { pathname, search } = options.url;
    this.path = `${pathname}${search}`;
    for (const part of this.findConfidentialParts()) prober.secrets.add(part);
    for (const value of listQueryValues(search)) prober.secrets.addPathPart(value);
  }

  /** The parts of the URL that grant access to the credentials. */
  findConfidentialParts(): string[] {
    return this.path
      .split(/[/?&=]/)
      .filter((part) => part.length >= MIN_CONFIDENTIAL_LENGTH && !WORDS.test(part));
  }

  get token(): Secret | null {
    return this.#token;
  }

  get isJwt(): boolean {
    return parseJwtExpiration(this.#token?.reveal() ?? '') !== null;
  }

  /** Requests the credentials with the unchanged token, as SDKs do. */
  readonly getCredentialsOfSdk = (): Promise<Exchange> =>
    this.once('unchanged token', () => this.#requestWithRetries(this.options.token?.value ?? null));

  /** @throws UnreachableEndpoint if the endpoint responds to none of the requests */
  async #requestWithRetries(token: Secret | null): Promise<Exchange> {
    let exchange = await this.request({ token });
    while (isUnanswered(exchange) && exchange.number < MAX_UNANSWERED)
      exchange = await this.request({ token });
    return exchange;
  }

  /** Requests the credentials as the endpoint wants it, so that one defect does not hide the others. */
  getCredentials(): Promise<Exchange> {
    return this.#token === this.options.token?.value || this.#token === null
      ? this.getCredentialsOfSdk()
      : this.once('credentials', () => this.request());
  }

  /** All further requests send `Bearer` in front of the token. */
  async tryBearer(token: Secret): Promise<Exchange> {
    const withPrefix = new Secret(`Bearer ${token.reveal()}`);
    const exchange = await this.once('credentials', () => this.request({ token: withPrefix }));
    if (exchange.response?.status === 200) this.#token = withPrefix;
    return exchange;
  }

  readonly requestWithoutToken = (): Promise<Exchange> =>
    this.once('without token', () => this.request({ token: null }));

  readonly requestWithWrongToken = (): Promise<Exchange> =>
    this.once('wrong token', () =>
      this.request({ token: this.isJwt ? createToken(this.#now + HOUR) : WRONG_ID }),
    );

  readonly requestWithExpiredToken = (): Promise<Exchange> =>
    this.once('expired token', () => this.request({ token: createToken(this.#now - HOUR) }));

  readonly requestWithWrongId = (): Promise<Exchange> =>
    this.once('wrong id', () => {
      const path = this.findConfidentialParts().reduce(
        (text, part) => text.replace(part, WRONG_ID),
        this.path,
      );
      return this.request({ path });
    });

  /** The same requests for every check. */
  readConcurrently(count: number): Promise<readonly Exchange[]> {
    this.#concurrent ??= Promise.all(Array.from({ length: count }, () => this.request()));
    return this.#concurrent;
  }

  request({ path = this.path, token, host }: ContainerRequest = {}): Promise<Exchange> {
    const authorization = token === undefined ? this.#token : token;
    return this.prober.send({
      method: 'GET',
      path,
      headers: {
        accept: 'application/json',
        ...(host === undefined ? {} : { host }),
        ...(authorization === null ? {} : { authorization }),
      },
    });
  }

  /** Sends another request of the protocol. */
  readonly send: Prober['send'] = (request) => this.prober.send(request);

  /**
   * The credentials document.
   * @throws SkippedCheck if the endpoint returns none
   */
  async getDocument(): Promise<{ exchange: Exchange; document: JsonObject }> {
    const exchange = await this.getCredentials();
    const document = parseDocument(exchange);
    if (document !== null) return { exchange, document };
    throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'container-document' });
  }

  async listNotes(quote: (text: string) => string): Promise<ConformanceNote[]> {
    const exchange = await this.#responses.get('unchanged token')?.catch(() => null);
    const error = exchange ? readAgentError(exchange, this.options.shape) : null;
    return error === null ? [] : [{ code: 'ERROR_DOCUMENT', errorCode: quote(error) }];
  }

  once(name: string, request: () => Promise<Exchange>): Promise<Exchange> {
    const known = this.#responses.get(name);
    if (known !== undefined) return known;
    const sent = request();
    this.#responses.set(name, sent);
    return sent;
  }

  get #now(): number {
    return this.options.clock.now();
  }
}

const HOUR = 3_600_000;

/** As they are written in the query, because a short one can be a password too. */
const listQueryValues = (search: string): string[] =>
  search.split(/[?&]/).flatMap((parameter) => parameter.split('=').slice(1));

const isUnanswered = ({ failure }: Exchange) =>
  failure?.reason === 'connection-closed' || failure?.reason === 'timeout';

/** Null if the response is not a document with status 200. */
export const parseDocument = ({ response }: Exchange): JsonObject | null =>
  response?.status === 200 && response.body !== null ? parseJsonObject(response.body) : null;

/** Whether a response contains credentials, whatever its status is. */
export const hasKeys = ({ response }: Exchange): boolean =>
  /"(?:SecretAccessKey|AccessKeyId)"\s*:\s*"[^"]/i.test(response?.body ?? '');

/** A service-account token of no cluster, in the form that EKS projects into pods. Nobody has signed it. */
function createToken(expiration: number): string {
  const exp = Math.floor(expiration / 1000);
  const claims = {
    aud: ['pods.eks.amazonaws.com'],
    exp,
    iat: exp - 7200,
    nbf: exp - 7200,
    sub: 'cred-watch:conform',
  };
  return [{ alg: 'RS256', kid: 'cred-watch', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(Buffer.from('cred-watch conform').toString('base64url'))
    .join('.');
}
