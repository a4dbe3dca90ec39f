import type { FailureReason } from '../../domain/model.ts';
import { parseJsonObject, readText } from '../document/json-object.ts';
import { VISIBLE_ASCII } from '../document/unvalidated-keys.ts';
import { readVariable } from '../environment/variables.ts';
import { isLoopbackUrl, removeBrackets, resolveHost } from '../http/addresses.ts';
import { createResponseError } from '../http/error-response.ts';
import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import type { OngoingPoll } from '../poll.ts';
import { createInvalidSettingError, PollError } from '../poll-error.ts';
import { addIdentityToken } from '../web-identity/identity-token.ts';

const REQUEST_URL = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const REQUEST_TOKEN = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';

/** The audience that AWS expects, unless the identity provider in IAM has another one. */
const AUDIENCE = 'sts.amazonaws.com';

/**
 * Requests an identity token from the runner.
 * https://docs.github.com/actions/reference/security/oidc
 * @throws PollError
 */
export async function requestIdentityToken(poll: OngoingPoll): Promise<string> {
  const { url, bearer } = readSettings(poll);
  const endpoint = {
    url,
    resolveAddresses: (signal: AbortSignal) => resolveHost(removeBrackets(url), poll.options, signal),
  };
  const { clockOffset } = poll;
  const request: HttpRequest = {
    method: 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { Accept: 'application/json', Authorization: `bearer ${bearer}` },
  };
  const token = await poll
    .sendRequest(endpoint, request)
    .then(parseToken)
    .catch((error: unknown) => {
      throw error instanceof PollError ? explainFailure(error) : error;
    })
    .finally(() => {
      // The clock of the runner's server says nothing about AWS's clock.
      poll.clockOffset = clockOffset;
    });
  poll.secrets.add(token);
  addIdentityToken(poll, token);
  return token;
}

function readSettings(poll: OngoingPoll): { url: URL; bearer: string } {
  const { env } = poll.options;
  const text = readVariable(env, REQUEST_URL);
  const bearer = readVariable(env, REQUEST_TOKEN)?.trim() ?? null;
  if (text === null || bearer === null) {
    const missing = text === null ? REQUEST_URL : REQUEST_TOKEN;
    throw new PollError('not-configured', `${missing} is not set`, {
      misconfiguration: { code: 'NO_ID_TOKEN_PERMISSION' },
    });
  }
  poll.secrets.add(bearer);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw createInvalidSettingError(REQUEST_URL, 'is not an absolute http or https URL');
  }
  if (url.protocol === 'http:' && !isLoopbackUrl(url)) {
    throw createInvalidSettingError(REQUEST_URL, 'is a plain http URL on another host');
  }
  if (!/^[\x21-\x7e]+$/.test(bearer)) {
    throw createInvalidSettingError(REQUEST_TOKEN, 'contains characters that are not allowed in a header');
  }
  // The query of the URL is part of the request, and can be secret.
  url.searchParams.set('audience', AUDIENCE);
  return { url, bearer };
}

function parseToken(response: HttpResponse): string {
  if (response.status !== 200) throw createResponseError(response);
  const object = parseJsonObject(response.body ?? '');
  const token = object === null ? null : readText(object, 'value');
  if (token === null) throw new PollError('malformed', 'the response has no identity token');
  if (!VISIBLE_ASCII.test(token))
    throw new PollError('malformed', 'the token has characters that no token has');
  return token;
}

/** Reasons that are the same for every endpoint. The others are about endpoints of credentials. */
const GENERAL_REASONS: readonly FailureReason[] = ['timeout', 'throttled', 'server-error'];

function explainFailure(error: PollError): PollError {
  const reason = GENERAL_REASONS.includes(error.reason) ? error.reason : 'identity-token-unreadable';
  const cause = error.reason === 'unreachable' ? `${error.reason}: ` : '';
  return new PollError(reason, `the token service of GitHub Actions: ${cause}${error.detail}`, {
    ...error,
    misconfiguration: { code: 'NO_ID_TOKEN' },
  });
}
