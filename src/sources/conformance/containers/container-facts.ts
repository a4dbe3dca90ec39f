import type { ConformanceNote } from '../../../domain/conformance/check-result.ts';
import { Secret } from '../../../secret.ts';
import type { JsonObject } from '../../document/json-object.ts';
import { parseJwtExpiration } from '../../document/jwt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { ExchangeCache } from '../exchanges/exchange-cache.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import { type Exchange, MAX_UNANSWERED, type Prober } from '../exchanges/prober.ts';
import { toRefusal } from '../judgements/refusals.ts';
import type { ConformanceOptions } from '../shape-checks.ts';
import { readAgentError } from './agent-errors.ts';
import { findContainerRefusal } from './container-refusals.ts';

/** Parts of a path with at least this length are confidential. Shorter parts are words of an API. */
const MIN_CONFIDENTIAL_LENGTH = 16;

/** `security-credentials` */
const WORDS = /^[a-z]{1,20}(?:-[a-z]{1,20})*$/;

/** The paths of the agent of ECS. The id is a UUID. */
const AGENT_PATH = /^\/v\d\/credentials(?:\/|\?id=)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** In the place of an id or a token. Not derived from the real one, so that reports may show it. */
const WRONG_ID = '00000000-0000-4000-8000-000000000000';

/** How a request differs from the request of an SDK. */
interface ContainerRequest {
  path?: string;
  /** Undefined: the real token. Null: no token. */
  token?: string | Secret | null;
  host?: string;
}

/** The endpoint and its responses, which several checks judge. */
export class ContainerFacts {
  readonly options: ConformanceOptions;
  /** With the query. */
  readonly path: string;
  readonly prober: Prober;
  readonly responses = new ExchangeCache();
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
    this.responses.getOrSend('unchanged token', () =>
      this.#requestWithRetries(this.options.token?.value ?? null),
    );

  /** @throws UnreachableEndpoint if the endpoint responds to none of the requests */
  async #requestWithRetries(token: Secret | null): Promise<Exchange> {
    let exchange = await this.request({ token });
    while (isUnanswered(exchange) && exchange.number < MAX_UNANSWERED)
      exchange = await this.request({ token });
    return exchange;
  }

  /** Requests the credentials with the prefix of {@link tryBearer}, so that this defect does not hide others. */
  getCredentials(): Promise<Exchange> {
    return this.#token === this.options.token?.value || this.#token === null
      ? this.getCredentialsOfSdk()
      : this.responses.getOrSend('credentials', () => this.request());
  }

  /** If the endpoint accepts the token after `Bearer`, all further requests send this prefix. */
  async tryBearer(token: Secret): Promise<Exchange> {
    const withPrefix = new Secret(`Bearer ${token.reveal()}`);
    const exchange = await this.responses.getOrSend('credentials', () => this.request({ token: withPrefix }));
    if (exchange.response?.status === 200) this.#token = withPrefix;
    return exchange;
  }

  readonly requestWithoutToken = (): Promise<Exchange> =>
    this.responses.getOrSend('without token', () => this.request({ token: null }));

  readonly requestWithWrongToken = (): Promise<Exchange> =>
    this.responses.getOrSend('wrong token', () =>
      this.request({ token: this.isJwt ? createToken(this.#now + HOUR) : WRONG_ID }),
    );

  readonly requestWithExpiredToken = (): Promise<Exchange> =>
    this.responses.getOrSend('expired token', () => this.request({ token: createToken(this.#now - HOUR) }));

  readonly requestWithWrongId = (): Promise<Exchange> =>
    this.responses.getOrSend('wrong id', () => {
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
    const document = readDocument(exchange);
    if (document !== null) return { exchange, document };
    throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'container-document' });
  }

  /** Like the agent of ECS, which needs no token, because the id in the path is secret. */
  async isTokenIgnored(): Promise<boolean> {
    const isPathOfAgent = this.options.shape === 'ecs' && AGENT_PATH.test(this.path);
    return isPathOfAgent && hasKeys(await this.requestWithoutToken());
  }

  async listNotes(quote: (text: string) => string): Promise<ConformanceNote[]> {
    const known = (name: string) => this.responses.find(name);
    const [first, open] = [await known('unchanged token'), await known('without token')];
    const isIgnored = open !== null && hasKeys(open) && (await this.isTokenIgnored());
    if (isIgnored) return [{ code: 'TOKEN_IGNORED' }];
    const accepted = await known('credentials');
    if (first === null || accepted?.response?.status === 200) return [];
    const refusal = findContainerRefusal(first, this.options);
    if (refusal !== null) return [toRefusal(refusal, first, quote)];
    const error = readAgentError(first, this.options.shape);
    return error === null ? [] : [{ code: 'ERROR_DOCUMENT', errorCode: quote(error) }];
  }

  get #now(): number {
    return this.options.clock.now();
  }
}

const HOUR = 3_600_000;

/** The values of the query without decoding. A short value can be a password too. */
const listQueryValues = (search: string): string[] =>
  search.split(/[?&]/).flatMap((parameter) => parameter.split('=').slice(1));

const isUnanswered = ({ failure }: Exchange) =>
  failure?.reason === 'connection-closed' || failure?.reason === 'timeout';

/** Whether a response contains credentials, with any status. */
export const hasKeys = ({ response }: Exchange): boolean =>
  /"(?:SecretAccessKey|AccessKeyId)"\s*:\s*"[^"]/i.test(response?.body ?? '');

/** A service-account token in the form that EKS projects into pods. Its signature is invalid. */
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
