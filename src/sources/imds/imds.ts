import { type CredentialsDocument, parseCredentialsDocument } from '../document/credentials-document.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { hostWithoutBrackets, resolveHost } from '../http/addresses.ts';
import { createStatusError, errorFromResponse } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { ImdsAuthCache } from './auth.ts';
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

/** The instance metadata service of EC2. Without settings in the environment it asks 169.254.169.254. */
export function createImdsSource(options: SourceOptions): CredentialSource {
  const settings = readImdsSettings(options);
  const own = { ...options, limits: settings.limits };
  addShadowingNotes('imds', options, settings.notes);
  const service = settings.baseUrl === null ? null : new MetadataService(settings.baseUrl, settings, options);
  return {
    name: 'imds',
    endpoint: describeEndpoint(settings.baseUrl),
    poll: (signal) =>
      runPoll(own, signal, settings.notes.list, async (current) => {
        if (settings.blockingError !== null || service === null) throw settings.blockingError;
        return service.findCredentials(current);
      }),
  };
}

class MetadataService {
  readonly #endpoint: Endpoint;
  readonly #prefix: string;
  readonly #access: ImdsAuthCache;
  readonly #fixedRole: string | null;
  /** Null until an answer has settled it, for then it stays. */
  #instanceId: string | null = null;

  constructor(baseUrl: URL, settings: ImdsSettings, options: SourceOptions) {
    this.#endpoint = {
      url: baseUrl,
      resolveAddresses: (signal) => resolveHost(hostWithoutBrackets(baseUrl), options, signal),
    };
    this.#prefix = formatUrl(baseUrl).slice(baseUrl.origin.length);
    this.#access = new ImdsAuthCache(
      this.#endpoint,
      `${this.#prefix}/latest/api/token`,
      settings.isV1Allowed,
    );
    this.#fixedRole = settings.fixedRole;
  }

  async findCredentials(look: OngoingPoll): Promise<FoundDocument> {
    // First of all, so that a token that cannot be had is asked for once and not for every path.
    await this.#access.get(look);
    if (look.options.discoverHost) look.identity.host = await this.#discoverHost(look);
    const found = await this.#readRole(look);
    look.accountId = found.document.accountId;
    if (look.options.extendedApi) await this.#readAccountId(look, found.document);
    return found;
  }

  async #readRole(look: OngoingPoll): Promise<FoundDocument> {
    if (this.#fixedRole !== null) return this.#readDocument(look, this.#fixedRole);
    try {
      return await this.#readDocument(look, await this.#discoverRole(look));
    } catch (error) {
      // The role was swapped between the two requests.
      if (!(error instanceof PollError) || error.reason !== 'not-found') throw error;
      return this.#readDocument(look, await this.#discoverRole(look));
    }
  }

  /** At every poll: a role can be swapped while the instance runs. */
  async #discoverRole(look: OngoingPoll): Promise<string> {
    return look.withRetries(async () => {
      const answer = await this.#get(look, ROLES);
      if (answer.status === 404)
        throw createStatusError('no-role', 404, 'never', 'no role is attached to the instance');
      if (answer.status !== 200) throw refusedData(answer);
      const names = answer.body?.split(/\r?\n/).map((line) => line.trim()) ?? ['not UTF-8'];
      const [first, ...others] = names.filter((name) => name !== '');
      if (first === undefined) throw new PollError('no-role', 'the list of roles is empty');
      if (![first, ...others].every((name) => ROLE_NAME_PATTERN.test(name))) {
        throw new PollError('not-imds', 'what came as a list of roles is none');
      }
      if (others.length > 0) look.notes.add({ code: 'SEVERAL_ROLES', count: others.length + 1 });
      return first;
    });
  }

  async #readDocument(look: OngoingPoll, role: string): Promise<FoundDocument> {
    look.identity.role = role;
    return look.withRetries(async () => {
      const answer = await this.#get(look, `${ROLES}${role}`);
      if (answer.status !== 200) throw refusedData(answer);
      return { document: parseCredentialsDocument(answer.body, 'once'), observedAt: answer.receivedAt };
    });
  }

  /** Never a reason for a poll to fail. */
  async #discoverHost(look: OngoingPoll): Promise<string> {
    if (this.#instanceId !== null) return this.#instanceId;
    const answer = await this.#tryGet(look, '/latest/meta-data/instance-id');
    if (answer === null || answer.status >= 500 || answer.status === 429) return '';
    const id = answer.status === 200 ? (answer.body ?? '').trim() : '';
    this.#instanceId = INSTANCE_ID.test(id) ? id : '';
    return this.#instanceId;
  }

  /** Only the account id is taken: what applications are handed is the old document. */
  async #readAccountId(look: OngoingPoll, { credentials, accountId }: CredentialsDocument): Promise<void> {
    const answer = await this.#tryGet(look, `${EXTENDED_ROLES}${look.identity.role}`);
    if (answer?.status !== 200) return;
    try {
      const extended = parseCredentialsDocument(answer.body, 'never');
      look.accountId = extended.accountId || accountId;
      // The extended document has microseconds.
      const second = ({ expiration }: { expiration: number }) => Math.floor(expiration / 1000);
      const sameKey = extended.credentials.accessKeyId === credentials.accessKeyId;
      if (!sameKey || second(extended.credentials) !== second(credentials))
        look.notes.add({ code: 'APIS_DISAGREE' });
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
    }
  }

  async #tryGet(look: OngoingPoll, path: string): Promise<HttpResponse | null> {
    try {
      return await this.#get(look, path);
    } catch (error) {
      if (error instanceof PollError) return null;
      throw error;
    }
  }

  async #get(look: OngoingPoll, path: string): Promise<HttpResponse> {
    const ask = async () => {
      const access = await this.#access.get(look);
      look.identity.apiVersion = access.apiVersion;
      if (access.apiVersion === '1') look.notes.add({ code: 'IMDS_V1_USED' });
      const request = { method: 'GET', path: `${this.#prefix}${path}`, headers: access.headers } as const;
      return { access, answer: await look.sendRequest(this.#endpoint, request) };
    };
    const { access, answer } = await ask();
    if (answer.status !== 401) return answer;
    this.#access.clear();
    if (access.apiVersion === '2' || access.obtainedBy !== look) return (await ask()).answer;
    // IMDSv1 is forbidden, and no token was to be had a moment ago: asking again would take the same time in vain.
    if (!access.isTokenResponseMissing) return answer;
    throw new PollError('timeout', 'the token request got no answer, and without a token IMDS refuses: 401');
  }
}

/** 503 is how IMDS throttles, as AWS documents its error codes. */
function refusedData(answer: HttpResponse): PollError {
  return answer.status === 503
    ? createStatusError('throttled', 503, 'always', '')
    : errorFromResponse(answer);
}
