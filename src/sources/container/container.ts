import { isIP } from 'node:net';
import type { FailureReason } from '../../domain/model.ts';
import { type CredentialsDocument, parseCredentialsDocument } from '../document/credentials-document.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { detectPlatform } from '../environment/platform.ts';
import { addShadowingNotes } from '../environment/shadowing.ts';
import { readVariable } from '../environment/variables.ts';
import { isLoopbackUrl, removeBrackets } from '../http/addresses.ts';
import { createResponseError, createStatusError, parseErrorBody } from '../http/error-response.ts';
import type { Endpoint, HttpResponse } from '../http/exchange.ts';
import { Notes } from '../notes.ts';
import { type FoundDocument, type OngoingPoll, runPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { containsSecret, isRole } from '../role-name.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { readAuthorizationHeader } from './authorization.ts';
import {
  createContainerEndpoint,
  findAddressVariable,
  parseContainerUrl,
  readCredentialsUrl,
} from './settings.ts';

/** Parts of a path with at least this length are confidential. Shorter parts are words of an API. */
const MIN_CONFIDENTIAL_LENGTH = 16;

const METADATA_URI = 'ECS_CONTAINER_METADATA_URI_V4';
const TASK_ARN = /^arn:[\w-]+:ecs:[\w-]*:\d*:task\/(?:[\w-]+\/)?([\w-]{1,128})$/;
const ROLE_ARN = /^arn:[\w-]+:iam::(\d+):role\/([\w+=,.@/-]{1,576})$/;

/** The container endpoint of ECS, EKS Pod Identity, CloudShell or Greengrass. */
export function createContainerSource(options: SourceOptions): CredentialSource {
  const notes = new Notes();
  const url = readCredentialsUrl(options.env, notes);
  if (!(url instanceof PollError) && isRejectedHostName(url)) notes.add({ code: 'HOST_NAME_ONLY_SOME_SDKS' });
  const platform = detectPlatform(options.env);
  if (platform === 'codebuild' || platform === 'amplify') notes.add({ code: 'CONTAINER_OF_BUILD', platform });
  addShadowingNotes('container', options, notes);
  /** Undefined until it is known whether this is an ECS task. The task id never changes. */
  let taskId: string | null | undefined;
  return {
    name: 'container',
    endpoint: url instanceof PollError ? null : { url: url.origin, loopback: isLoopbackUrl(url) },
    poll: (signal) =>
      runPoll(options, signal, notes.list, async (poll) => {
        if (url instanceof PollError) throw url;
        if (!options.hasChosenEndpoint) {
          const name = findAddressVariable(options.env);
          poll.address = {
            ...{ code: 'UNREACHABLE_ADDRESS', source: 'container', name },
            isLoopback: isLoopbackUrl(url),
          };
        }
        const endpoint = createContainerEndpoint(url, 'the URL of the container credentials', options);
        try {
          return await poll.withRetries(() => readCredentials(poll, endpoint));
        } finally {
          // Last, so that the request cannot take time from the request for credentials.
          if (options.discoverHost) {
            if (taskId === undefined) taskId = await discoverTaskId(poll);
            poll.identity.host = taskId ?? null;
          }
        }
      }),
  };
}

/** The id in a path gives access to the credentials, and the agent quotes it. */
function addConfidentialParts(poll: OngoingPoll, path: string): void {
  for (const part of path.split(/[/?&=]/)) {
    if (part.length >= MIN_CONFIDENTIAL_LENGTH) poll.secrets.add(part);
  }
}

/** A faulty agent can write a secret in the place of a name, which is shown and stored. */
function isSecret(name: string, poll: OngoingPoll, { secrets }: CredentialsDocument): boolean {
  const { secretAccessKey, token } = secrets;
  return (
    !isRole(name) || containsSecret(name, [...poll.secrets, secretAccessKey.reveal(), token?.reveal() ?? ''])
  );
}

async function readCredentials(poll: OngoingPoll, endpoint: Endpoint): Promise<FoundDocument> {
  const path = `${endpoint.url.pathname}${endpoint.url.search}`;
  addConfidentialParts(poll, path);
  const authorization = await readAuthorizationHeader(poll);
  const headers = { accept: 'application/json', ...(authorization === null ? {} : { authorization }) };
  const response = await poll.sendRequest(endpoint, { method: 'GET', path, headers });
  if (response.status !== 200) throw createAgentError(response, authorization !== null);
  const document = parseCredentialsDocument(response.body, 'always');
  const [, account = null, role = null] = ROLE_ARN.exec(document.roleArn ?? '') ?? [];
  poll.identity.role = role === null || isSecret(role, poll, document) ? null : role;
  poll.accountId = document.accountId ?? account;
  return { document, observedAt: response.receivedAt };
}

/** What the agent of EKS writes, in its own words or with the code of an AWS error. */
const AGENT_TEXTS: readonly [RegExp, FailureReason][] = [
  [/token is expired|ExpiredTokenException/, 'auth-token-expired'],
  [/token is not valid yet/, 'auth-token-not-yet-valid'],
  [/token cannot be empty/, 'auth-token-missing'],
  [/token cannot be parsed|failed basic claim validations|InvalidTokenException/, 'auth-rejected'],
  [/AccessDeniedException|is not authorized to perform/, 'assume-role-denied'],
  [/ResourceNotFoundException/, 'no-association'],
];

/** Codes of the ECS agent for a path that belongs to no running task. */
const UNKNOWN_TASK = ['NoIdInRequest', 'InvalidIdInRequest'];

/** ECS returns errors as JSON. EKS returns plain text that contains the code of the STS error. */
function createAgentError(response: HttpResponse, hasToken: boolean): PollError {
  const { status } = response;
  const { code, text } = parseErrorBody(response.body);
  if (status === 503 && code === 'CredentialsUninitialized') {
    return createStatusError('starting', 503, 'always', text);
  }
  if (status >= 400 && status < 500) {
    const [, reason] = AGENT_TEXTS.find(([pattern]) => pattern.test(text ?? '')) ?? [];
    if (reason !== undefined) return createStatusError(reason, status, 'never', text);
    if (UNKNOWN_TASK.includes(code ?? '')) return createStatusError('not-found', status, 'never', text);
  }
  const error = createResponseError(response);
  const isAboutToken = error.reason !== 'auth-rejected' || hasToken;
  return isAboutToken ? error : new PollError('access-denied', error.detail, { ...error });
}

/** Over plain http, botocore and the JavaScript SDK reject every host name except `localhost`. */
function isRejectedHostName(url: URL): boolean {
  return url.protocol === 'http:' && url.hostname !== 'localhost' && isIP(removeBrackets(url)) === 0;
}

/**
 * Finds the ECS task of this process. Null without a task. Undefined if unknown: the next poll tries again.
 * Makes one attempt only, because the host name is not worth the time of a retry.
 */
async function discoverTaskId(poll: OngoingPoll): Promise<string | null | undefined> {
  const url = parseContainerUrl(readVariable(poll.options.env, METADATA_URI, poll.notes) ?? '', METADATA_URI);
  if (url instanceof PollError) return null;
  const path = `${url.pathname.replace(/\/$/, '')}/task`;
  addConfidentialParts(poll, path);
  const endpoint = createContainerEndpoint(url, METADATA_URI, poll.options);
  const request = { method: 'GET', path, headers: {} } as const;
  const response = await poll.tryRequest(() => poll.sendRequest(endpoint, request));
  // Any other status can be a passing error.
  if (response?.status !== 200 && response?.status !== 404) return undefined;
  const task = parseJsonObject((response.status === 200 && response.body) || '{}') ?? {};
  return TASK_ARN.exec(readText(task, 'TaskARN') ?? '')?.[1] ?? null;
}
