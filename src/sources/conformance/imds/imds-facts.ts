import type { ConformanceNote } from '../../../domain/conformance/check-result.ts';
import { Secret } from '../../../secret.ts';
import { isObject, type JsonObject, parseJson } from '../../document/json-object.ts';
import { createSocketExchange } from '../../http/socket-exchange.ts';
import { isRole } from '../../role-name.ts';
import type { CheckAttempt } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import type { Exchange, ProbeRequest, Prober } from '../prober.ts';

export const TOKEN_PATH = '/latest/api/token';
export const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
export const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
/** The longest TTL that IMDS grants, which most SDKs request. */
export const LONGEST_TTL = 21_600;
export const ROLES = '/latest/meta-data/iam/security-credentials/';
export const INSTANCE_ID = '/latest/meta-data/instance-id';
/** Expires after a second, so the checks must wait little. */
const SHORT_TTL = 1;

/** A token that the endpoint has issued, and the exchange. */
export interface IssuedToken {
  value: Secret;
  exchange: Exchange;
}

type Headers = ProbeRequest['headers'];

/** Responses of IMDS that several checks judge. Each is requested once, when the first check needs it. */
export class ImdsFacts {
  readonly prober: Prober;
  readonly #prefix: string;
  readonly #fixedRole: string | null;
  readonly #responses = new Map<string, Promise<Exchange>>();
  /** Requests with the main token that a client could send. */
  readonly plainReads: Exchange[] = [];
  /** Reads of the credentials document, in order. */
  readonly documents: Exchange[] = [];

  constructor(prober: Prober, fixedRole: string | null) {
    this.prober = prober;
    this.#prefix = prober.url.pathname.replace(/\/$/, '');
    this.#fixedRole = fixedRole;
  }

  /** Requests a token as SDKs do. */
  readonly getTokenExchange = (): Promise<Exchange> =>
    this.#once('token', () => this.putToken(String(LONGEST_TTL)));

  readonly getShortTokenExchange = (): Promise<Exchange> =>
    this.#once('short token', () => this.putToken(String(SHORT_TTL)));

  readonly getRoleList = (): Promise<Exchange> => this.#once('roles', () => this.read(ROLES));
  readonly getInstanceId = (): Promise<Exchange> => this.#once('instance', () => this.read(INSTANCE_ID));

  /** With a token that was never issued. */
  readonly getWithInvalidToken = (): Promise<Exchange> =>
    this.#once('invalid token', () => this.get(ROLES, { [TOKEN_HEADER]: 'cred-watch-invalid-token' }));

  readonly getWithoutToken = (): Promise<Exchange> => this.#once('no token', () => this.get(ROLES));

  getRoleListWith(headers: Headers): Promise<Exchange> {
    return this.get(ROLES, headers);
  }

  /** Two reads, one right after the other. */
  async getDocuments(): Promise<[Exchange, Exchange]> {
    const role = await this.requireRole();
    const read = (name: string) => this.#once(name, () => this.readDocument(role));
    return [await read('document'), await read('second document')];
  }

  /** A read after all other checks: of the credentials, or of the list if there are none. */
  async getLastRead(): Promise<Exchange> {
    const [first] = this.documents;
    if (first === undefined) return this.#once('last', () => this.read(ROLES));
    const role = await this.requireRole();
    return this.#once('last', () => this.readDocument(role));
  }

  async readDocument(role: string): Promise<Exchange> {
    const exchange = await this.read(`${ROLES}${role}`);
    this.documents.push(exchange);
    return exchange;
  }

  /** @param ttl null for a request without the header */
  putToken(ttl: string | null, more: Record<string, string> = {}, path = TOKEN_PATH): Promise<Exchange> {
    return this.send({
      method: 'PUT',
      path,
      headers: { ...(ttl === null ? {} : { [TTL_HEADER]: ttl }), ...more },
    });
  }

  get(path: string, headers: Headers = {}): Promise<Exchange> {
    return this.send({ method: 'GET', path, headers });
  }

  send(request: ProbeRequest, exchange?: Parameters<Prober['send']>[1]): Promise<Exchange> {
    return this.prober.send({ ...request, path: `${this.#prefix}${request.path}` }, exchange);
  }

  /** A read as a client sends it: with the token, if the endpoint issues tokens. */
  async read(path: string): Promise<Exchange> {
    const exchange = await this.get(path, await this.getTokenHeaders());
    this.plainReads.push(exchange);
    return exchange;
  }

  /** All other requests have connections of their own. */
  async readOverOneConnection(count: number): Promise<void> {
    const exchange = createSocketExchange({ keepsConnection: true });
    const headers = await this.getTokenHeaders();
    for (let read = 0; read < count; read += 1) {
      this.plainReads.push(await this.send({ method: 'GET', path: ROLES, headers }, exchange));
    }
  }

  async getTokenHeaders(): Promise<Record<string, Secret>> {
    const token = readToken(await this.getTokenExchange());
    return token === null ? {} : { [TOKEN_HEADER]: token };
  }

  async getShortTokenHeaders(): Promise<Record<string, Secret>> {
    const token = readToken(await this.getShortTokenExchange());
    if (token === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'token-ttl-validated' });
    return { [TOKEN_HEADER]: token };
  }

  /** @throws SkippedCheck if the endpoint issues no token */
  async requireToken(): Promise<Exchange> {
    const exchange = await this.getTokenExchange();
    if (readToken(exchange) !== null) return exchange;
    throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'token-issued' });
  }

  /** Whether the endpoint serves metadata to requests without a token. */
  async isV1Allowed(): Promise<boolean> {
    const { response } = await this.getWithoutToken();
    return (
      response?.status === 200 ||
      (response?.status === 404 && (await this.getRoleList()).response?.status === 404)
    );
  }

  /** @throws SkippedCheck if the endpoint refuses every read, for a reason that another check reports */
  async requireAccess(): Promise<void> {
    const { response } = await this.getRoleList();
    if (response?.status === 200 || response?.status === 404) return;
    const hasToken = readToken(await this.getTokenExchange()) !== null;
    const check = response?.status === 401 && !hasToken ? 'token-issued' : 'role-list';
    throw new SkippedCheck({ code: 'CHECK_FAILED', check });
  }

  /** @throws SkippedCheck without a role */
  async requireRole(): Promise<string> {
    await this.requireAccess();
    if (this.#fixedRole !== null) return this.#fixedRole;
    const { response } = await this.getRoleList();
    if (response?.status === 404) throw new SkippedCheck({ code: 'NO_ROLE' });
    const role = response?.status === 200 ? (response.body ?? '').trim().split(/\r?\n/)[0] : undefined;
    if (role !== undefined && isRole(role)) return role;
    throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'role-list' });
  }

  /** The document of this exchange. @throws SkippedCheck if it contains no credentials */
  requireDocument(attempt: CheckAttempt, exchange: Exchange): JsonObject {
    const document = readDocument(attempt.use(exchange));
    if (document === null) throw new SkippedCheck({ code: 'CHECK_FAILED', check: 'document-fields' });
    if (isErrorDocument(document)) throw new SkippedCheck({ code: 'NO_CREDENTIALS' });
    return document;
  }

  /**
   * Every read of credentials until now.
   * @throws SkippedCheck if the first read returned none
   */
  async requireAllDocuments(attempt: CheckAttempt): Promise<{ exchange: Exchange; document: JsonObject }[]> {
    const [first] = await this.getDocuments();
    this.requireDocument(attempt, first);
    return this.documents.flatMap((exchange) => {
      const document = readDocument(exchange);
      return document === null || isErrorDocument(document) ? [] : [{ exchange, document }];
    });
  }

  async listNotes(quote: (text: string) => string): Promise<ConformanceNote[]> {
    const known = async (name: string) =>
      (await this.#responses.get(name)?.catch(() => null))?.response ?? null;
    const [token, roles, document] = [await known('token'), await known('roles'), await known('document')];
    const open = await known('no token');
    const fields = document?.status === 200 ? toObject(document.body) : null;
    return [
      ...(token?.status !== 200 && roles?.status === 200 ? [{ code: 'IMDS_V1_ONLY' } as const] : []),
      ...(token?.status === 200 && open?.status === 200 ? [{ code: 'IMDS_V1_ALLOWED' } as const] : []),
      ...(roles?.status === 404 ? [{ code: 'NO_ROLE' } as const] : []),
      ...(fields !== null && isErrorDocument(fields)
        ? [{ code: 'ERROR_DOCUMENT', errorCode: quote(String(fields.Code)) } as const]
        : []),
    ];
  }

  #once(name: string, request: () => Promise<Exchange>): Promise<Exchange> {
    const known = this.#responses.get(name);
    if (known !== undefined) return known;
    const sent = request();
    this.#responses.set(name, sent);
    return sent;
  }
}

/** Null if the response is no token that a header can contain. */
export function readToken({ response }: Exchange): Secret | null {
  const token = response?.status === 200 ? (response.body ?? '').trim() : '';
  return /^[\x21-\x7e]+$/.test(token) ? new Secret(token) : null;
}

/** Null if the response is not a JSON object with status 200. */
export const readDocument = ({ response }: Exchange): JsonObject | null =>
  response?.status === 200 ? toObject(response.body) : null;

function toObject(body: string | null): JsonObject | null {
  const value = parseJson(body ?? '');
  return isObject(value) ? value : null;
}

export const KEY_FIELDS = ['AccessKeyId', 'SecretAccessKey', 'Token'] as const;

/** IMDS reports an error with status 200, another `Code`, and no keys. */
export const isErrorDocument = (document: JsonObject): boolean =>
  typeof document.Code === 'string' &&
  document.Code.toLowerCase() !== 'success' &&
  typeof document.AccessKeyId !== 'string';
