import type { Instant } from '../../domain/model.ts';
import { type CredentialsDocument, parseCredentialsDocument } from '../document/credentials-document.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { hostWithoutBrackets, resolveHost } from '../http/addresses.ts';
import { createStatusError, errorFromResponse } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { type ImdsAuth, ImdsAuthCache } from './auth.ts';
import {
  describeEndpoint,
  formatUrl,
  type ImdsSettings,
  ROLE_NAME_PATTERN,
  readImdsSettings,
} from './settings.ts';

const ROLES = '/latest/meta-data/iam/security-credentials/';
const EXTENDED_ROLES = '/latest/meta-data/iam/security-credentials-extended/';
const INSTANCE_ID = /^[\w.:-]{1,128}$/;

/** The instance metadata service of EC2: 169.254.169.254, or the endpoint set in environment or profile. */
export function createImdsSource(options: SourceOptions): CredentialSource {
  const settings = readImdsSettings(options);
  const { baseUrl, blockingError, limits, notes } = settings;
  addShadowingNotes('imds', options, notes);
  let client: ImdsClient | null = null;
  return {
    name: 'imds',
    endpoint: describeEndpoint(baseUrl),
    poll: (signal) =>
      runPoll({ ...options, limits }, signal, notes.list, async (poll) => {
        if (blockingError !== null || baseUrl === null) throw blockingError;
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
  /** Null until a response shows whether there is an instance id. The id never changes. */
  #instance: { id: string | null } | null = null;

  constructor(baseUrl: URL, { isV1Allowed, fixedRole }: ImdsSettings, options: SourceOptions) {
    this.#endpoint = {
      url: baseUrl,
      resolveAddresses: (signal) => resolveHost(hostWithoutBrackets(baseUrl), options, signal),
    };
    this.#pathPrefix = formatUrl(baseUrl).slice(baseUrl.origin.length);
    this.#auth = new ImdsAuthCache(this.#endpoint, `${this.#pathPrefix}/latest/api/token`, isV1Allowed);
    this.#fixedRole = fixedRole;
  }

  async findCredentials(poll: OngoingPoll): Promise<FoundDocument> {
    // Before everything else, so that a failing token request is made once and not for every path.
    await this.#auth.get(poll);
    if (poll.options.discoverHost) poll.identity.host = await this.#discoverHost(poll);
    const found = await this.#readRole(poll);
    poll.accountId = found.document.accountId;
    if (poll.options.extendedApi) await this.#readAccountId(poll, found.document);
    return found;
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
        throw createStatusError('no-role', 404, 'never', 'no role is attached to the instance');
      }
      if (response.status !== 200) throw createMetadataError(response);
      const lines = response.body?.split(/\r?\n/).map((line) => line.trim()) ?? [NOT_UTF8];
      const [first, ...others] = lines.filter((line) => line !== '');
      if (first === undefined) throw new PollError('no-role', 'the list of roles is empty');
      if (![first, ...others].every((name) => ROLE_NAME_PATTERN.test(name))) {
        throw new PollError('not-imds', 'the response is not a list of roles');
      }
      if (others.length > 0) poll.notes.add({ code: 'SEVERAL_ROLES', count: others.length + 1 });
      return first;
    });
  }

  async #readDocument(poll: OngoingPoll, role: string): Promise<FoundDocument> {
    poll.identity.role = role;
    return poll.withRetries(async () => {
      const response = await this.#get(poll, `${ROLES}${role}`);
      if (response.status !== 200) throw createMetadataError(response);
      return { document: parseCredentialsDocument(response.body, 'once'), observedAt: response.receivedAt };
    });
  }

  /** The instance id, or null. An error here does not fail the poll. */
  async #discoverHost(poll: OngoingPoll): Promise<string | null> {
    if (this.#instance !== null) return this.#instance.id;
    const response = await this.#tryGet(poll, '/latest/meta-data/instance-id');
    if (response === null || response.status >= 500 || response.status === 429) return null;
    const text = response.status === 200 ? (response.body ?? '').trim() : '';
    this.#instance = { id: INSTANCE_ID.test(text) ? text : null };
    return this.#instance.id;
  }

  /** Takes only the account id. The credentials of applications are those of the API without `-extended`. */
  async #readAccountId(poll: OngoingPoll, { credentials, accountId }: CredentialsDocument): Promise<void> {
    const response = await this.#tryGet(poll, `${EXTENDED_ROLES}${poll.identity.role}`);
    if (response?.status !== 200) return;
    try {
      const extended = parseCredentialsDocument(response.body, 'never');
      poll.accountId = extended.accountId ?? accountId;
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

  async #tryGet(poll: OngoingPoll, path: string): Promise<HttpResponse | null> {
    try {
      return await this.#get(poll, path);
    } catch (error) {
      if (error instanceof PollError) return null;
      throw error;
    }
  }

  async #get(poll: OngoingPoll, path: string): Promise<HttpResponse> {
    const { auth, response } = await this.#sendGet(poll, path);
    if (response.status !== 401) return response;
    this.#auth.clear();
    if (auth.apiVersion === '2' || auth.obtainedBy !== poll)
      return (await this.#sendGet(poll, path)).response;
    // IMDSv1 is off, and the token request got no response. Another token request would time out as well.
    if (!auth.isTokenResponseMissing) return response;
    throw new PollError(
      'timeout',
      'the token request got no response, and IMDS rejects requests without a token: 401',
    );
  }

  async #sendGet(poll: OngoingPoll, path: string): Promise<{ auth: ImdsAuth; response: HttpResponse }> {
    const auth = await this.#auth.get(poll);
    poll.identity.apiVersion = auth.apiVersion;
    if (auth.apiVersion === '1') poll.notes.add({ code: 'IMDS_V1_USED' });
    const request = { method: 'GET', path: `${this.#pathPrefix}${path}`, headers: auth.headers } as const;
    return { auth, response: await poll.sendRequest(this.#endpoint, request) };
  }
}

/** Stands for a body that is not UTF-8. The spaces make it an invalid role name. */
const NOT_UTF8 = 'not UTF-8';

/** IMDS throttles with 503, as its list of error codes says. */
function createMetadataError(response: HttpResponse): PollError {
  return response.status === 503
    ? createStatusError('throttled', 503, 'always', '')
    : errorFromResponse(response);
}
