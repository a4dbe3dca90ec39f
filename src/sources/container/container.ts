import { isIP } from 'node:net';
import { parseRoleDocument } from '../document/role-document.ts';
import { bareHost } from '../http/addresses.ts';
import { readErrorBody, refusal, refusedAnswer } from '../http/error-response.ts';
import type { Answer, Endpoint } from '../http/http.ts';
import { Notes } from '../notes.ts';
import { type Found, type Look, look } from '../poll.ts';
import { FailedLook } from '../poll-error.ts';
import { noteShadowing } from '../shadowing.ts';
import type { CredentialSource, SourceOptions } from '../source.ts';
import { isLoopback } from './allowed-hosts.ts';
import { readAuthorization } from './authorization.ts';
import { discoverTask } from './ecs-task.ts';
import { containerEndpoint } from './endpoint.ts';
import { credentialsUrl } from './settings.ts';

/** Parts of a path that are shorter are words of an API. */
const CONFIDENTIAL = 16;

const ROLE_ARN = /^arn:[\w-]+:iam::(\d+):role\/([\w+=,.@/-]{1,576})$/;

/** The container endpoint: ECS, EKS Pod Identity, CloudShell, Greengrass. */
export function containerSource(options: SourceOptions): CredentialSource {
  const notes = new Notes();
  const url = credentialsUrl(options.env, notes);
  if (!(url instanceof FailedLook) && isNamed(url)) notes.add('HOST_NAME_ONLY_SOME_SDKS');
  noteShadowing('container', options, notes);
  /** Null until an answer has settled it, for then it stays. */
  let task: string | null = null;
  return {
    name: 'container',
    endpoint: url instanceof FailedLook ? null : { url: url.origin, loopback: isLoopback(url) },
    poll: (signal) =>
      look(options, signal, notes.list, async (current) => {
        if (url instanceof FailedLook) throw url;
        if (options.discoverHost) {
          task ??= await discoverTask(current);
          current.identity.host = task ?? '';
        }
        const endpoint = containerEndpoint(url, 'the URL of the container credentials', options);
        return current.withRetries(() => readCredentials(current, endpoint));
      }),
  };
}

async function readCredentials(look: Look, endpoint: Endpoint): Promise<Found> {
  const path = `${endpoint.url.pathname}${endpoint.url.search}`;
  if (path !== '/') look.secrets.add(path);
  // An agent may quote no more than the id at its end.
  for (const part of path.split(/[/?&=]/)) if (part.length >= CONFIDENTIAL) look.secrets.add(part);
  const authorization = await readAuthorization(look);
  const headers = { accept: 'application/json', ...(authorization === null ? {} : { authorization }) };
  const answer = await look.exchange(endpoint, { method: 'GET', path, headers });
  if (answer.status !== 200) throw refused(answer);
  const document = parseRoleDocument(answer.body, 'always');
  const [, account = '', role = ''] = ROLE_ARN.exec(document.roleArn) ?? [];
  look.identity.role = role;
  look.accountId = document.accountId || account;
  return { document, observedAt: answer.receivedAt };
}

/** ECS says what is wrong in JSON, EKS in plain text with the code of the STS error in it. */
function refused(answer: Answer): FailedLook {
  const { status } = answer;
  const { code, text } = readErrorBody(answer.body);
  const says = (...phrases: string[]) => phrases.some((phrase) => text.includes(phrase));
  if (status === 503 && code === 'CredentialsUninitialized') return refusal('starting', 503, 'always', text);
  if (status >= 400 && status < 500) {
    if (says('token is expired', 'ExpiredTokenException')) {
      return refusal('auth-token-expired', status, 'never', text);
    }
    if (status === 404 || says('ResourceNotFoundException')) {
      return refusal('no-association', status, 'never', text);
    }
  }
  return refusedAnswer(answer);
}

/** Plain http to a name other than `localhost`: botocore and JavaScript refuse it unseen. */
function isNamed(url: URL): boolean {
  return url.protocol === 'http:' && url.hostname !== 'localhost' && isIP(bareHost(url)) === 0;
}
