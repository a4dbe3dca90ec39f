import type { Instant } from '../../domain/model.ts';
import { redactText } from '../../redact.ts';
import { type CredentialsDocument, parseCredentialsDocument } from '../document/credentials-document.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { isLoopbackUrl, removeBrackets, resolveHost } from '../http/addresses.ts';
import { createStatusError, parseErrorBody } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import { isTemporary, isThrottled } from '../http/status.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError, type RetryPolicy } from '../poll-error.ts';
import { containsSecret, isRole, parseAccountOfRole } from '../role-name.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { chooseTimeLimit, createImdsError, type ImdsAuth, ImdsAuthCache } from './auth.ts';
import { describeEndpoint, formatUrl, type ImdsSettings, readImdsSettings } from './settings.ts';

const ROLES = '/latest/meta-data/iam/security-credentials/';
const EXTENDED_ROLES = '/latest/meta-data/iam/security-credentials-extended/';
const INSTANCE_ID = /^[\w.:-]{1,128}$/;

/** The instance metadata service of EC2: 169.254.169.254, or the endpoint set in environment or profile. */
export function createImdsSource(options: SourceOptions): CredentialSource {
  const settings = readImdsSettings(options);
  const { baseUrl, addressSetting: name, blockingError, limits, notes } = settings;
  addShadowingNotes('imds', options, notes);
  let client: ImdsClient | null = null;
  return {
    name: 'imds',
    endpoint: describeEndpoint(baseUrl),
    poll: (signal) =>
      runPoll({ ...options, limits }, signal, notes.list, async (poll) => {
        if (blockingError !== null || baseUrl === null) throw blockingError;
        if (name !== null && !options.hasChosenEndpoint)
          poll.address = {
            ...{ code: 'UNREACHABLE_ADDRESS', source: 'imds', name },
            isLoopback: isLoopbackUrl(baseUrl),
          };
        if (client === null || options.stateless) client = new ImdsClient(baseUrl, settings, options);
        return client.findCredentials(poll);
      }),
  };
}

class ImdsClient {
  readonly #endpoint: Endpoint;
  readonly #pathPrefix: string;
  readonly #auth: ImdsAuthCache;
  readonly #fixedRole: string | null;
  /** Undefined until a response shows whether there is an instance id. The id never changes. */
  #instanceId: string | null | undefined;

  constructor(baseUrl: URL, { isV1Allowed, fixedRole }: ImdsSettings, options: SourceOptions) {
    this.#endpoint = {
      url: baseUrl,
      resolveAddresses: (signal) => resolveHost(removeBrackets(baseUrl), options, signal),
    };
    this.#pathPrefix = formatUrl(baseUrl).slice(baseUrl.origin.length);
    this.#auth = new ImdsAuthCache(this.#endpoint, `${this.#pathPrefix}/latest/api/token`, isV1Allowed);
    this.#fixedRole = fixedRole;
  }

  async findCredentials(poll: OngoingPoll): Promise<FoundDocument> {
    let found: FoundDocument | null = null;
    try {
      found = await this.#readRole(poll);
      poll.accountId = found.document.accountId ?? parseAccountOfRole(poll.identity.role ?? '');
      if (poll.options.extendedApi) await this.#readAccountId(poll, found.document);
      return found;
    } finally {
      // Last, so that the request cannot take time or the token from the other requests.
      if (poll.options.discoverHost) poll.identity.host = await this.#discoverHost(poll, found !== null);
    }
  }

  async #readRole(poll: OngoingPoll): Promise<FoundDocument> {
    if (this.#fixedRole !== null) return this.#readDocument(poll, this.#fixedRole);
    try {
      return await this.#readDocument(poll, await this.#discoverRole(poll));
    } catch (error) {
      // The role was replaced between the two requests.
      if (!(error instanceof PollError) || error.reason !== 'not-found') throw error;
      return this.#readDocument(poll, await this.#discoverRole(poll));
    }
  }

  /** Called in every poll, because the role of a running instance can be replaced. */
  async #discoverRole(poll: OngoingPoll): Promise<string> {
    return poll.withRetries(async () => {
      const response = await this.#get(poll, ROLES);
      if (response.status === 404) {
        throw createStatusError('no-role', 404, 'never', describeMissingRole(response));
      }
      if (response.status !== 200) throw createMetadataError(response, poll);
      const lines = response.body?.split(/\r?\n/).map((line) => line.trim()) ?? [NOT_UTF8];
      const [first, ...others] = lines.filter((line) => line !== '');
      if (first === undefined) throw new PollError('no-role', 'the list of roles is empty');
      if (![first, ...others].every((each) => isRole(each) && !containsSecret(each, poll.secrets))) {
        throw new PollError('not-imds', 'the response is not a list of roles');
      }
      if (others.length > 0) poll.notes.add({ code: 'SEVERAL_ROLES', count: others.length + 1 });
      return first;
    }, chooseRetryPolicy(poll));
  }

  async #readDocument(poll: OngoingPoll, role: string): Promise<FoundDocument> {
    poll.identity.role = role;
    return poll.withRetries(async () => {
      const response = await this.#get(poll, `${ROLES}${role}`);
      if (response.status !== 200) throw createMetadataError(response, poll);
      return { document: parseCredentialsDocument(response.body, 'once'), observedAt: response.receivedAt };
    }, chooseRetryPolicy(poll));
  }

  /**
   * The instance id, or null. An error here does not fail the poll.
   * @param hasCredentials without them, no series depends on the id, so the request is not repeated
   */
  async #discoverHost(poll: OngoingPoll, hasCredentials: boolean): Promise<string | null> {
    if (this.#instanceId !== undefined) return this.#instanceId;
    const response = await this.#tryGet(poll, '/latest/meta-data/instance-id', hasCredentials);
    // Any other status can be a passing error.
    if (response?.status !== 200 && response?.status !== 404) {
      if (hasCredentials) poll.notes.add({ code: 'INSTANCE_ID_UNKNOWN' });
      return null;
    }
    const text = response.status === 200 ? (response.body ?? '').trim() : '';
    this.#instanceId = INSTANCE_ID.test(text) && isOrdinary(text, poll) ? text : null;
    return this.#instanceId;
  }

  /** Takes only the account id. The credentials of applications are those of the API without `-extended`. */
  async #readAccountId(poll: OngoingPoll, { credentials }: CredentialsDocument): Promise<void> {
    const response = await this.#tryGet(poll, `${EXTENDED_ROLES}${poll.identity.role}`);
    if (response?.status !== 200) return;
    try {
      const extended = parseCredentialsDocument(response.body, 'never');
      poll.accountId = extended.accountId ?? poll.accountId;
      // The times of the extended API have microseconds.
      const toSeconds = (instant: Instant) => Math.floor(instant / 1000);
      const isSame =
        extended.credentials.accessKeyId === credentials.accessKeyId &&
        toSeconds(extended.credentials.expiration) === toSeconds(credentials.expiration);
      if (!isSame) poll.notes.add({ code: 'APIS_DISAGREE' });
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
    }
  }

  /**
   * For a response that the poll can do without: requests no token, and returns null after an error.
   * @param isRepeated after an error that may pass
   */
  async #tryGet(poll: OngoingPoll, path: string, isRepeated = false): Promise<HttpResponse | null> {
    const auth = this.#auth.cached;
    if (auth === null || !poll.hasResponded || poll.signal.aborted) return null;
    const send = () => this.#send(poll, path, auth);
    if (!isRepeated) return poll.tryRequest(send);
    const sendOrThrow = async () => {
      const response = await send();
      if (isTemporary(response.status)) throw createMetadataError(response, poll);
      return response;
    };
    // A server without this path may let it time out in each poll.
    const policyOf = ({ isTimeout, retry }: PollError) => (isTimeout ? 'never' : retry);
    return poll.tryRequest(() => poll.withRetries(sendOrThrow, policyOf));
  }

  async #get(poll: OngoingPoll, path: string): Promise<HttpResponse> {
    const auth = await this.#auth.get(poll);
    if (auth.apiVersion === '1') return this.#getWithoutToken(poll, path, auth);
    const response = await this.#send(poll, path, auth);
    return response.status === 401 ? this.#getWithNewAuth(poll, path) : response;
  }

  /** Ends the fallback to IMDSv1 if IMDS does not accept it, so that the next poll requests a token. */
  async #getWithoutToken(poll: OngoingPoll, path: string, auth: ImdsAuth): Promise<HttpResponse> {
    let response: HttpResponse;
    try {
      response = await this.#send(poll, path, auth);
    } catch (error) {
      this.#auth.endFallback();
      throw error;
    }
    const confirmed = await this.#auth.confirmFallback(poll, auth);
    if (confirmed.apiVersion === '2') return this.#send(poll, path, confirmed);
    if (!isRefusal(response)) return response;
    this.#auth.endFallback();
    if (auth.obtainedBy !== poll) return this.#getWithNewAuth(poll, path);
    // Another token request would time out as well.
    if (response.status !== 401 || !auth.hasTokenTimedOut) return response;
    throw new PollError(
      'timeout',
      'the token request got no response, and IMDS rejects requests without a token: 401',
    );
  }

  async #getWithNewAuth(poll: OngoingPoll, path: string): Promise<HttpResponse> {
    this.#auth.clear();
    return this.#send(poll, path, await this.#auth.get(poll));
  }

  async #send(poll: OngoingPoll, path: string, auth: ImdsAuth): Promise<HttpResponse> {
    poll.identity.apiVersion = auth.apiVersion;
    if (auth.apiVersion === '1' && auth.unconfirmed === null) poll.notes.add({ code: 'IMDS_V1_USED' });
    const request = { method: 'GET', path: `${this.#pathPrefix}${path}`, headers: auth.headers } as const;
    return poll.sendRequest(this.#endpoint, request, chooseTimeLimit(poll));
  }
}

/** TCP repeats lost packets, so a request to an IMDS that does not respond is not repeated. */
const chooseRetryPolicy =
  (poll: OngoingPoll) =>
  ({ isTimeout, retry }: PollError): RetryPolicy => {
    if (!isTimeout) return retry;
    return poll.hasResponded ? 'once' : 'never';
  };

/** Any status but success, not found, throttling and errors of the server. */
const isRefusal = ({ status }: HttpResponse): boolean =>
  status >= 300 && status < 500 && status !== 404 && !isThrottled(status);

/** Secrets are longer, and ids are not much longer. */
const SHORT_ID = 16;

/** The id is shown and stored, so a secret in its place is rejected. Ids are short, hexadecimal or have words. */
const isOrdinary = (id: string, { secrets }: OngoingPoll): boolean =>
  /^(?:[a-z]{1,10}-)?[\da-f]{1,20}$/.test(id) ||
  (id.length <= SHORT_ID && ![...secrets].some((secret) => secret.includes(id))) ||
  redactText(id, secrets) === id;

/** Stands for a body that is not UTF-8. The spaces make it an invalid role name. */
const NOT_UTF8 = 'not UTF-8';

const createMetadataError = (response: HttpResponse, { identity }: OngoingPoll): PollError =>
  createImdsError(response, identity.apiVersion === '2');

/** kube2iam, kiam and other proxies say why they have no role. The page of IMDS says nothing. */
function describeMissingRole({ body }: HttpResponse): string {
  const { text } = parseErrorBody(body);
  return text === null || text === '404 - Not Found' ? 'no role is attached to the instance' : text;
}
