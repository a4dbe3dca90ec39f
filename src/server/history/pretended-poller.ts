import type { FailureReason, Instant } from '../../domain/model.ts';
import { clientPath } from '../client-environment.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { NO_FAULTS } from '../faults/fault-plan.ts';
import type { Inquiry } from '../inquiry.ts';
import { responder } from '../responder.ts';
import { AUTHORIZATION_LIFETIME, type Simulation } from '../simulation.ts';
import { ALWAYS, Failure, type Heard, insist, NEVER, ONCE, PretendedLook } from './pretended-look.ts';

/** What a look brought: credentials, or a failure. */
export interface PretendedOutcome extends Pick<PretendedLook, 'apiVersion' | 'clockOffset'> {
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
export function pretendedPoller(simulation: Simulation): (now: Instant) => PretendedOutcome {
  if (simulation.plan.isEmpty) return undisturbed(simulation);
  const respond = responder(simulation);
  const [shape = 'imds'] = simulation.shapes;
  return (now) => {
    const look = new PretendedLook(simulation, respond, now);
    const outcome = (credentials: FalseCredentials | null, failure: FailureReason | null) => ({
      apiVersion: look.apiVersion,
      clockOffset: look.clockOffset,
      credentials,
      failure,
    });
    try {
      return outcome(shape === 'imds' ? askImds(look) : askContainer(look, simulation), null);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return outcome(null, error.reason);
    }
  };
}

/** Where nothing can go wrong nobody need ask, which makes a year of looks three times as fast. */
function undisturbed({
  shapes: [shape = 'imds'],
  imds,
  issuer,
}: Simulation): (now: Instant) => PretendedOutcome {
  const apiVersion = shape !== 'imds' ? '' : imds === 'v1' ? '1' : '2';
  const receiver = shape === 'imds' ? `imds-${apiVersion}` : shape;
  return (now) => ({
    apiVersion,
    clockOffset: 0,
    credentials: issuer.credentials(receiver, now, NO_FAULTS),
    failure: null,
  });
}

function askImds(look: PretendedLook): FalseCredentials {
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
  const get = (path: string): Heard => {
    const heard = ask(path);
    if (heard.status !== 401) return heard;
    const { version, isUnanswered } = enter();
    access = null;
    if (version === '2') return ask(path);
    if (isUnanswered) throw new Failure('timeout', NEVER, 401);
    return heard;
  };
  const findRole = () =>
    insist(() => {
      const { status, body } = get(ROLES);
      if (status === 404 || (status === 200 && body === '')) throw new Failure('no-role', NEVER, status);
      if (status !== 200) throw refusedByImds(status);
      return body;
    });
  const readDocument = (role: string) =>
    insist(() => {
      const heard = get(`${ROLES}${role}`);
      if (heard.status !== 200) throw refusedByImds(heard.status);
      return readCredentials(heard, ONCE);
    });
  enter();
  try {
    return readDocument(findRole());
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'not-found') throw error;
    return readDocument(findRole());
  }
}

interface Access {
  version: '1' | '2';
  headers: Inquiry['headers'];
  /** The token request got no answer. */
  isUnanswered: boolean;
}

const WITHOUT_TOKEN: Access = { version: '1', headers: {}, isUnanswered: false };
const KNOWS_NO_TOKENS = new Set([403, 404, 405]);

/** A token, or none where a poller would fall back to IMDSv1. */
function findAccess(look: PretendedLook): Access {
  const request = (): Access => {
    const { status, body } = look.send('PUT', '/latest/api/token', { [TTL_HEADER]: '21600' });
    if (KNOWS_NO_TOKENS.has(status)) return WITHOUT_TOKEN;
    if (status !== 200) throw refusedByImds(status);
    if (body === '') throw new Failure('token-empty', ALWAYS, status);
    return { version: '2', headers: { 'x-aws-ec2-metadata-token': body }, isUnanswered: false };
  };
  try {
    return insist(request, ({ reason, retries, status }) => {
      if (status === null || status === 401) return ONCE;
      return reason === 'unexpected-status' ? ALWAYS : retries;
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== null) throw error;
    return { ...WITHOUT_TOKEN, isUnanswered: true };
  }
}

function askContainer(look: PretendedLook, simulation: Simulation): FalseCredentials {
  const [shape = 'ecs'] = simulation.shapes;
  return insist(() => {
    const authorization =
      shape === 'eks'
        ? simulation.serviceAccountTokens.issue(AUTHORIZATION_LIFETIME, look.now)
        : simulation.authorization;
    const heard = look.send('GET', clientPath(shape, simulation), { authorization });
    if (heard.status !== 200) throw refusedByAgent(heard);
    return readCredentials(heard, ALWAYS);
  });
}

function readCredentials({ status, isWhole, credentials }: Heard, retries: number): FalseCredentials {
  if (!isWhole) throw new Failure('malformed', retries, status);
  if (credentials === null) throw new Failure('error-document', NEVER, status);
  return credentials;
}

const refusedByImds = (status: number) =>
  status === 503 ? new Failure('throttled', ALWAYS, status) : refused(status);

function refusedByAgent({ status, body, isWhole }: Heard): Failure {
  if (status === 503 && isWhole && body.includes('"CredentialsUninitialized"')) {
    return new Failure('starting', ALWAYS, status);
  }
  if (status === 400 && /token is expired|ExpiredTokenException/.test(body)) {
    return new Failure('auth-token-expired', NEVER, status);
  }
  return status === 404 ? new Failure('no-association', NEVER, status) : refused(status);
}

function refused(status: number): Failure {
  if (status < 400) return new Failure('redirect', NEVER, status);
  const known = BY_STATUS[status];
  if (known !== undefined) return new Failure(known, NEVER, status);
  if (status === 429) return new Failure('throttled', ALWAYS, status);
  return status >= 500
    ? new Failure('server-error', ALWAYS, status)
    : new Failure('unexpected-status', NEVER, status);
}

const BY_STATUS: Readonly<Record<number, FailureReason>> = {
  400: 'bad-request',
  401: 'auth-rejected',
  403: 'auth-rejected',
  404: 'not-found',
};
