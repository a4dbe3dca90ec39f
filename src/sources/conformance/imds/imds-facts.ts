import type { ConformanceNote } from '../../../domain/conformance/check-result.ts';
import type { Seconds } from '../../../domain/model.ts';
import type { Secret } from '../../../secret.ts';
import type { JsonObject } from '../../document/json-object.ts';
import { isRole } from '../../role-name.ts';
import type { CheckAttempt } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import { ExchangeCache } from '../exchanges/exchange-cache.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange, Prober } from '../exchanges/prober.ts';
import { getStatus, INSTANCE_ID, isErrorDocument, ROLES, readToken, TOKEN_HEADER } from './imds-responses.ts';
import { ImdsSession } from './imds-session.ts';

/** The shortest TTL, so that the check of its end waits only briefly. */
const SHORT_TTL: Seconds = 1;

/** The endpoint and its responses, which several checks judge. */
export class ImdsFacts {
  readonly session: ImdsSession;
  readonly #fixedRole: string | null;
  readonly #responses = new ExchangeCache();
  /** Reads of the credentials document, in order. */
  readonly documents: Exchange[] = [];

  constructor(prober: Prober, fixedRole: string | null) {
    this.session = new ImdsSession(prober);
    this.#fixedRole = fixedRole;
  }

  /** Requests a token as SDKs do. */
  readonly getTokenExchange = (): Promise<Exchange> =>
    this.#responses.getOrSend('token', () => this.session.requestFirstToken());

  readonly getShortTokenExchange = (): Promise<Exchange> =>
    this.#responses.getOrSend('short token', () => this.session.putToken(String(SHORT_TTL)));

  async getRoleList(): Promise<Exchange> {
    await this.getTokenExchange();
    return this.#responses.getOrSend('roles', () => this.session.readFirst());
  }

  readonly getInstanceId = (): Promise<Exchange> =>
    this.#responses.getOrSend('instance', () => this.session.read(INSTANCE_ID));

  /** The endpoint never issued this token. */
  readonly getWithInvalidToken = (): Promise<Exchange> =>
    this.#responses.getOrSend('invalid token', () =>
      this.session.get(ROLES, { [TOKEN_HEADER]: 'cred-watch-invalid-token' }),
    );

  readonly getWithoutToken = (): Promise<Exchange> =>
    this.#responses.getOrSend('no token', () => this.session.get(ROLES));

  /** Two reads, one right after the other. */
  async getDocuments(): Promise<[Exchange, Exchange]> {
    const role = await this.requireRole();
    const read = (name: string) => this.#responses.getOrSend(name, () => this.readDocument(role));
    return [await read('document'), await read('second document')];
  }

  /** Whether the credentials document can be read. */
  get hasDocument(): boolean {
    const [first] = this.documents;
    return first !== undefined && getStatus(first) === 200;
  }

  /** A read some seconds after the first one: of the credentials, or of the instance id if there are none. */
  async getLastRead(): Promise<Exchange> {
    if (!this.hasDocument) return this.#responses.getOrSend('last', () => this.session.read(INSTANCE_ID));
    const role = await this.requireRole();
    return this.#responses.getOrSend('last', () => this.readDocument(role));
  }

  async readDocument(role: string): Promise<Exchange> {
    const exchange = await this.session.read(`${ROLES}${role}`);
    this.documents.push(exchange);
    return exchange;
  }

  async requireShortTokenHeaders(): Promise<Record<string, Secret>> {
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
    const status = getStatus(await this.getWithoutToken());
    return status === 200 || (status === 404 && (await this.isWithoutRole()));
  }

  async isWithoutRole(): Promise<boolean> {
    return getStatus(await this.getRoleList()) === 404;
  }

  /** @throws SkippedCheck if the endpoint refuses every read, for a reason that another check reports */
  async requireAccess(): Promise<void> {
    const status = getStatus(await this.getRoleList());
    if (status === 200 || status === 404) return;
    const hasToken = readToken(await this.getTokenExchange()) !== null;
    const check = status === 401 && !hasToken ? 'token-issued' : 'role-list';
    throw new SkippedCheck({ code: 'CHECK_FAILED', check });
  }

  /** @throws SkippedCheck without a role */
  async requireRole(): Promise<string> {
    await this.requireAccess();
    if (this.#fixedRole !== null) return this.#fixedRole;
    const { response } = await this.getRoleList();
    if (response?.status === 404) throw new SkippedCheck({ code: 'NO_ROLE' });
    const [role = ''] = (response?.body ?? '').trim().split(/\r?\n/);
    if (isRole(role)) return role;
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
    const responses = this.#responses;
    const [token, roles] = [await responses.find('token'), await responses.find('roles')];
    const [document, open] = [await responses.find('document'), await responses.find('no token')];
    const hasStatus = (exchange: Exchange | null, status: number) => exchange?.response?.status === status;
    const fields = document === null ? null : readDocument(document);
    const isTokenLost = token !== null && token.response === null;
    return [
      ...(isTokenLost && roles !== null && roles.response !== null
        ? [{ code: 'POSSIBLE_HOP_LIMIT' } as const]
        : []),
      ...(!hasStatus(token, 200) && hasStatus(roles, 200) ? [{ code: 'IMDS_V1_ONLY' } as const] : []),
      ...(hasStatus(token, 200) && hasStatus(open, 200) ? [{ code: 'IMDS_V1_ALLOWED' } as const] : []),
      ...(hasStatus(roles, 404) ? [{ code: 'NO_ROLE' } as const] : []),
      ...(fields !== null && isErrorDocument(fields)
        ? [{ code: 'ERROR_DOCUMENT', errorCode: quote(String(fields.Code)) } as const]
        : []),
    ];
  }
}
