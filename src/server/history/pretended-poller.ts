import type { FailureReason, Instant } from '../../domain/model.ts';
import { getCredentialsPath } from '../client-environment.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { createDispatcher } from '../dispatcher.ts';
import type { EndpointRequest } from '../endpoint-request.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import { AUTHORIZATION_LIFETIME, type Simulation } from '../simulation.ts';
import {
  RETRY_ALWAYS,
  RETRY_NEVER,
  RETRY_ONCE,
  retry,
  SimulatedPollError,
  SimulatedPollSession,
  type SimulatedResponse,
} from './pretended-look.ts';

/** What a look brought: credentials, or a failure. */
export interface SimulatedPollOutcome extends Pick<SimulatedPollSession, 'apiVersion' | 'clockOffset'> {
  credentials: FalseCredentials | null;
  failure: FailureReason | null;
}

const ROLES = '/latest/meta-data/iam/security-credentials/';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';

/**
 * Looks as a poller does that is started anew each time, as by cron, for a host that has a name: the same requests in
 * the same order and as often, so that a fault that strikes only some of them strikes the same ones. Its pauses take
 * no time, and it never runs out of any.
 */
export function createSimulatedPoller(simulation: Simulation): (now: Instant) => SimulatedPollOutcome {
  if (simulation.faultPlan.isEmpty) return undisturbed(simulation);
  const respond = createDispatcher(simulation);
  const [shape = 'imds'] = simulation.shapes;
  return (now) => {
    const look = new SimulatedPollSession(simulation, respond, now);
    const outcome = (credentials: FalseCredentials | null, failure: FailureReason | null) => ({
      apiVersion: look.apiVersion,
      clockOffset: look.clockOffset,
      credentials,
      failure,
    });
    try {
      return outcome(shape === 'imds' ? askImds(look) : askContainer(look, simulation), null);
    } catch (error) {
      if (!(error instanceof SimulatedPollError)) throw error;
      return outcome(null, error.reason);
    }
  };
}

/** Where nothing can go wrong nobody need ask, which makes a year of looks three times as fast. */
function undisturbed({
  shapes: [shape = 'imds'],
  imds,
  issuer,
}: Simulation): (now: Instant) => SimulatedPollOutcome {
  const apiVersion = shape !== 'imds' ? '' : imds === 'v1' ? '1' : '2';
  const receiver = shape === 'imds' ? `imds-${apiVersion}` : shape;
  return (now) => ({
    apiVersion,
    clockOffset: 0,
    credentials: issuer.issue(receiver, now, NO_FAULTS),
    failure: null,
  });
}

function askImds(look: SimulatedPollSession): FalseCredentials {
  let access: Access | null = null;
  const enter = () => {
    access ??= findAccess(look);
    return access;
  };
  const ask = (path: string) => {
    const { version, headers } = enter();
    look.apiVersion = version;
    return look.send('GET', path, headers);
  };
  const get = (path: string): SimulatedResponse => {
    const heard = ask(path);
    if (heard.status !== 401) return heard;
    const { version, isUnanswered } = enter();
    access = null;
    if (version === '2') return ask(path);
    if (isUnanswered) throw new SimulatedPollError('timeout', RETRY_NEVER, 401);
    return heard;
  };
  const findRole = () =>
    retry(() => {
      const { status, body } = get(ROLES);
      if (status === 404 || (status === 200 && body === ''))
        throw new SimulatedPollError('no-role', RETRY_NEVER, status);
      if (status !== 200) throw refusedByImds(status);
      return body;
    });
  const readDocument = (role: string) =>
    retry(() => {
      const heard = get(`${ROLES}${role}`);
      if (heard.status !== 200) throw refusedByImds(heard.status);
      return readCredentials(heard, RETRY_ONCE);
    });
  enter();
  try {
    return readDocument(findRole());
  } catch (error) {
    if (!(error instanceof SimulatedPollError) || error.reason !== 'not-found') throw error;
    return readDocument(findRole());
  }
}

interface Access {
  version: '1' | '2';
  headers: EndpointRequest['headers'];
  /** The token request got no answer. */
  isUnanswered: boolean;
}

const WITHOUT_TOKEN: Access = { version: '1', headers: {}, isUnanswered: false };
const KNOWS_NO_TOKENS = new Set([403, 404, 405]);

/** A token, or none where a poller would fall back to IMDSv1. */
function findAccess(look: SimulatedPollSession): Access {
  const request = (): Access => {
    const { status, body } = look.send('PUT', '/latest/api/token', { [TTL_HEADER]: '21600' });
    if (KNOWS_NO_TOKENS.has(status)) return WITHOUT_TOKEN;
    if (status !== 200) throw refusedByImds(status);
    if (body === '') throw new SimulatedPollError('token-empty', RETRY_ALWAYS, status);
    return { version: '2', headers: { 'x-aws-ec2-metadata-token': body }, isUnanswered: false };
  };
  try {
    return retry(request, ({ reason, maxRetries, status }) => {
      if (status === null || status === 401) return RETRY_ONCE;
      return reason === 'unexpected-status' ? RETRY_ALWAYS : maxRetries;
    });
  } catch (error) {
    if (!(error instanceof SimulatedPollError) || error.status !== null) throw error;
    return { ...WITHOUT_TOKEN, isUnanswered: true };
  }
}

function askContainer(look: SimulatedPollSession, simulation: Simulation): FalseCredentials {
  const [shape = 'ecs'] = simulation.shapes;
  return retry(() => {
    const authorization =
      shape === 'eks'
        ? simulation.serviceAccountTokens.issue(AUTHORIZATION_LIFETIME, look.now)
        : simulation.authorization;
    const heard = look.send('GET', getCredentialsPath(shape, simulation), { authorization });
    if (heard.status !== 200) throw refusedByAgent(heard);
    return readCredentials(heard, RETRY_ALWAYS);
  });
}

function readCredentials(
  { status, isBodyIntact, credentials }: SimulatedResponse,
  retries: number,
): FalseCredentials {
  if (!isBodyIntact) throw new SimulatedPollError('malformed', retries, status);
  if (credentials === null) throw new SimulatedPollError('error-document', RETRY_NEVER, status);
  return credentials;
}

const refusedByImds = (status: number) =>
  status === 503 ? new SimulatedPollError('throttled', RETRY_ALWAYS, status) : refused(status);

function refusedByAgent({ status, body, isBodyIntact }: SimulatedResponse): SimulatedPollError {
  if (status === 503 && isBodyIntact && body.includes('"CredentialsUninitialized"')) {
    return new SimulatedPollError('starting', RETRY_ALWAYS, status);
  }
  if (status === 400 && /token is expired|ExpiredTokenException/.test(body)) {
    return new SimulatedPollError('auth-token-expired', RETRY_NEVER, status);
  }
  return status === 404 ? new SimulatedPollError('no-association', RETRY_NEVER, status) : refused(status);
}

function refused(status: number): SimulatedPollError {
  if (status < 400) return new SimulatedPollError('redirect', RETRY_NEVER, status);
  const known = BY_STATUS[status];
  if (known !== undefined) return new SimulatedPollError(known, RETRY_NEVER, status);
  if (status === 429) return new SimulatedPollError('throttled', RETRY_ALWAYS, status);
  return status >= 500
    ? new SimulatedPollError('server-error', RETRY_ALWAYS, status)
    : new SimulatedPollError('unexpected-status', RETRY_NEVER, status);
}

const BY_STATUS: Readonly<Record<number, FailureReason>> = {
  400: 'bad-request',
  401: 'auth-rejected',
  403: 'auth-rejected',
  404: 'not-found',
};
