import { randomUUID } from 'node:crypto';
import { documentFields, documentText, withFieldFaults } from '../credentials/credentials-document.ts';
import type { Answer, Inquiry, Refusal, Reply, Responder } from '../inquiry.ts';
import type { Simulation } from '../simulation.ts';
import { agentAnswer, agentError, JSON_TYPE } from './agent-wire.ts';
import type { TokenFault } from './service-account-tokens.ts';

const PATH = '/v1/credentials';

/** What EKS Auth says through the agent (eks-pod-identity-agent d4dc0f3), by the code of its exception. */
const UPSTREAM: Readonly<Record<string, { status: number; message: string; fault: 'client' | 'server' }>> = {
  ResourceNotFoundException: {
    status: 404,
    message: 'no pod identity association was found',
    fault: 'client',
  },
  ExpiredTokenException: { status: 400, message: 'the service account token has expired', fault: 'client' },
  InvalidTokenException: { status: 400, message: 'the service account token is not valid', fault: 'client' },
  AccessDeniedException: {
    status: 400,
    message: 'the node may not fetch these credentials',
    fault: 'client',
  },
  ThrottlingException: { status: 429, message: 'rate exceeded', fault: 'client' },
  InternalServerException: { status: 500, message: 'internal failure', fault: 'server' },
};

const TOKEN_FAULTS: Readonly<Record<Exclude<TokenFault, 'unknown'>, string>> = {
  empty: 'Service account token cannot be empty',
  unparsable:
    'Service account token cannot be parsed: token is malformed: token contains an invalid number of segments',
  expired: 'Service account token failed basic claim validations: token is expired',
  'not-yet': 'Service account token failed basic claim validations: token is not valid yet',
};

/** The EKS Pod Identity agent: every error is a line of text, and the token is the pod's own. */
export function eksResponder(simulation: Simulation): Responder {
  return (inquiry) => {
    if (inquiry.path !== PATH) return null;
    const [answer, more] = answerCredentials(inquiry, simulation);
    const reply: Reply = { shape: 'eks', asked: 'credentials', apiVersion: '', credentials: null, answer };
    return { ...reply, ...more };
  };
}

/** The agent says so for every host but its own two addresses. */
export function eksForeignHost(inquiry: Inquiry): Answer {
  const host = (inquiry.headers.host ?? '').replace(/:\d+$/, '');
  const message = `Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not ${host}`;
  return agentError(inquiry, 403, message);
}

export const eksRefusal: Refusal = (inquiry, status) => {
  if (status === 429) return agentError(inquiry, 429, 'Too Many Requests');
  const code = Object.entries(UPSTREAM).find(([, error]) => error.status === status)?.[0];
  return code === undefined ? agentError(inquiry, status, 'simulated failure') : upstreamError(inquiry, code);
};

function answerCredentials(
  inquiry: Inquiry,
  { issuer, instance, serviceAccountTokens }: Simulation,
): [Answer, Partial<Reply>?] {
  const { faults, now, headers, method } = inquiry;
  if (method !== 'GET' && method !== 'HEAD') return [agentError(inquiry, 405, 'Method Not Allowed')];
  const fault = serviceAccountTokens.check(headers.authorization ?? '', now);
  if (fault === 'unknown') return [upstreamError(inquiry, 'InvalidTokenException')];
  if (fault !== null) return [agentError(inquiry, 400, TOKEN_FAULTS[fault])];
  if (faults.get('no-role') !== undefined) return [upstreamError(inquiry, 'ResourceNotFoundException')];
  const error = faults.get('error');
  if (error !== undefined) return [upstreamError(inquiry, error.code ?? 'ResourceNotFoundException')];
  const credentials = issuer.credentials('eks', now, faults);
  const body = documentText(credentials, 'eks', faults, () => {
    const { Expiration, ...keys } = documentFields(credentials);
    const fields = { ...keys, AccountId: instance.accountId, Expiration };
    return JSON.stringify(withFieldFaults(fields, faults));
  });
  return [agentAnswer(inquiry, { status: 200, body, headers: [JSON_TYPE] }), { credentials }];
}

function upstreamError(inquiry: Inquiry, code: string): Answer {
  const known = Object.hasOwn(UPSTREAM, code) ? UPSTREAM[code]! : UPSTREAM.InternalServerException!;
  const text = `[${randomUUID()}]: (${code}): ${known.message}, fault: ${known.fault}`;
  return agentError(inquiry, known.status, text);
}
