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
import { discoverTaskId } from './ecs-task.ts';
import { createContainerEndpoint } from './endpoint.ts';
import { readCredentialsUrl } from './settings.ts';

/** Parts of a path that are shorter are words of an API. */
const CONFIDENTIAL = 16;

const ROLE_ARN = /^arn:[\w-]+:iam::(\d+):role\/([\w+=,.@/-]{1,576})$/;

/** The container endpoint: ECS, EKS Pod Identity, CloudShell, Greengrass. */
export function createContainerSource(options: SourceOptions): CredentialSource {
  const notes = new Notes();
  const url = readCredentialsUrl(options.env, notes);
  if (!(url instanceof PollError) && isNamed(url)) notes.add({ code: 'HOST_NAME_ONLY_SOME_SDKS' });
  addShadowingNotes('container', options, notes);
  /** Null until an answer has settled it, for then it stays. */
  let task: string | null = null;
  return {
    name: 'container',
    endpoint: url instanceof PollError ? null : { url: url.origin, loopback: isLoopbackUrl(url) },
    poll: (signal) =>
      runPoll(options, signal, notes.list, async (current) => {
        if (url instanceof PollError) throw url;
        if (options.discoverHost) {
          task ??= await discoverTaskId(current);
          current.identity.host = task ?? '';
        }
        const endpoint = createContainerEndpoint(url, 'the URL of the container credentials', options);
        return current.withRetries(() => readCredentials(current, endpoint));
      }),
  };
}

async function readCredentials(look: OngoingPoll, endpoint: Endpoint): Promise<FoundDocument> {
  const path = `${endpoint.url.pathname}${endpoint.url.search}`;
  if (path !== '/') look.secrets.add(path);
  // An agent may quote no more than the id at its end.
  for (const part of path.split(/[/?&=]/)) if (part.length >= CONFIDENTIAL) look.secrets.add(part);
  const authorization = await readAuthorizationHeader(look);
  const headers = { accept: 'application/json', ...(authorization === null ? {} : { authorization }) };
  const answer = await look.sendRequest(endpoint, { method: 'GET', path, headers });
  if (answer.status !== 200) throw refused(answer);
  const document = parseCredentialsDocument(answer.body, 'always');
  const [, account = '', role = ''] = ROLE_ARN.exec(document.roleArn) ?? [];
  look.identity.role = role;
  look.accountId = document.accountId || account;
  return { document, observedAt: answer.receivedAt };
}

/** ECS says what is wrong in JSON, EKS in plain text with the code of the STS error in it. */
function refused(answer: HttpResponse): PollError {
  const { status } = answer;
  const { code, text } = parseErrorBody(answer.body);
  const says = (...phrases: string[]) => phrases.some((phrase) => text.includes(phrase));
  if (status === 503 && code === 'CredentialsUninitialized')
    return createStatusError('starting', 503, 'always', text);
  if (status >= 400 && status < 500) {
    if (says('token is expired', 'ExpiredTokenException')) {
      return createStatusError('auth-token-expired', status, 'never', text);
    }
    if (status === 404 || says('ResourceNotFoundException')) {
      return createStatusError('no-association', status, 'never', text);
    }
  }
  return errorFromResponse(answer);
}

/** Plain http to a name other than `localhost`: botocore and JavaScript refuse it unseen. */
function isNamed(url: URL): boolean {
  return url.protocol === 'http:' && url.hostname !== 'localhost' && isIP(hostWithoutBrackets(url)) === 0;
}
