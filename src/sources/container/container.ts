import { isIP } from 'node:net';
import { parseCredentialsDocument } from '../document/credentials-document.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { hostWithoutBrackets } from '../http/addresses.ts';
import { createStatusError, errorFromResponse, parseErrorBody } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import { Notes } from '../notes.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { isLoopbackUrl } from './allowed-hosts.ts';
import { readAuthorizationHeader } from './authorization.ts';
import { type DiscoveredTask, discoverTask } from './ecs-task.ts';
import { createContainerEndpoint } from './endpoint.ts';
import { readCredentialsUrl } from './settings.ts';

/** Parts of a path with at least this length are confidential. Shorter parts are words of an API. */
const MIN_CONFIDENTIAL_LENGTH = 16;

const ROLE_ARN = /^arn:[\w-]+:iam::(\d+):role\/([\w+=,.@/-]{1,576})$/;

/** The container endpoint of ECS, EKS Pod Identity, CloudShell or Greengrass. */
export function createContainerSource(options: SourceOptions): CredentialSource {
  const notes = new Notes();
  const url = readCredentialsUrl(options.env, notes);
  if (!(url instanceof PollError) && isRejectedHostName(url)) notes.add({ code: 'HOST_NAME_ONLY_SOME_SDKS' });
  addShadowingNotes('container', options, notes);
  /** Null until it is known whether this is an ECS task. The task id never changes. */
  let task: DiscoveredTask | null = null;
  return {
    name: 'container',
    endpoint: url instanceof PollError ? null : { url: url.origin, loopback: isLoopbackUrl(url) },
    poll: (signal) =>
      runPoll(options, signal, notes.list, async (poll) => {
        if (url instanceof PollError) throw url;
        if (options.discoverHost) {
          task ??= await discoverTask(poll);
          poll.identity.host = task?.id ?? null;
        }
        const endpoint = createContainerEndpoint(url, 'the URL of the container credentials', options);
        return poll.withRetries(() => readCredentials(poll, endpoint));
      }),
  };
}

async function readCredentials(poll: OngoingPoll, endpoint: Endpoint): Promise<FoundDocument> {
  const path = `${endpoint.url.pathname}${endpoint.url.search}`;
  if (path !== '/') poll.secrets.add(path);
  // An error message of the agent can quote only the id at the end of the path.
  for (const part of path.split(/[/?&=]/)) {
    if (part.length >= MIN_CONFIDENTIAL_LENGTH) poll.secrets.add(part);
  }
  const authorization = await readAuthorizationHeader(poll);
  const headers = { accept: 'application/json', ...(authorization === null ? {} : { authorization }) };
  const response = await poll.sendRequest(endpoint, { method: 'GET', path, headers });
  if (response.status !== 200) throw createAgentError(response);
  const document = parseCredentialsDocument(response.body, 'always');
  const [, account = null, role = null] = ROLE_ARN.exec(document.roleArn ?? '') ?? [];
  poll.identity.role = role;
  poll.accountId = document.accountId ?? account;
  return { document, observedAt: response.receivedAt };
}

/** ECS returns errors as JSON. EKS returns plain text that contains the code of the STS error. */
function createAgentError(response: HttpResponse): PollError {
  const { status } = response;
  const { code, text } = parseErrorBody(response.body);
  const mentions = (...phrases: string[]) => phrases.some((phrase) => text.includes(phrase));
  if (status === 503 && code === 'CredentialsUninitialized') {
    return createStatusError('starting', 503, 'always', text);
  }
  if (status >= 400 && status < 500) {
    if (mentions('token is expired', 'ExpiredTokenException')) {
      return createStatusError('auth-token-expired', status, 'never', text);
    }
    if (status === 404 || mentions('ResourceNotFoundException')) {
      return createStatusError('no-association', status, 'never', text);
    }
  }
  return errorFromResponse(response);
}

/** Over plain http, botocore and the JavaScript SDK reject every host name except `localhost`. */
function isRejectedHostName(url: URL): boolean {
  return url.protocol === 'http:' && url.hostname !== 'localhost' && isIP(hostWithoutBrackets(url)) === 0;
}
