import agentRestarts from './scenarios/agent-restarts.json';
import agentServesExpired from './scenarios/agent-serves-expired.json';
import agentThrottles from './scenarios/agent-throttles.json';
import badTokenRequest from './scenarios/bad-token-request.json';
import frozenCopy from './scenarios/frozen-copy.json';
import hopLimit from './scenarios/hop-limit.json';
import hopLimitV2Only from './scenarios/hop-limit-v2-only.json';
import imdsServesExpired from './scenarios/imds-serves-expired.json';
import noAssociation from './scenarios/no-association.json';
import oneSlowResponse from './scenarios/one-slow-response.json';
import refreshAtEveryRequest from './scenarios/refresh-at-every-request.json';
import shortLivedProxy from './scenarios/short-lived-proxy.json';
import tokenFileReadOnce from './scenarios/token-file-read-once.json';
import tokenRefused from './scenarios/token-refused.json';
import trustPolicyBroken from './scenarios/trust-policy-broken.json';

/** Reproductions of real outages, by name. They are read like a scenario file of the user. */
export const BUILT_IN_SCENARIOS: Readonly<Record<string, { title: string }>> = {
  'agent-restarts': agentRestarts,
  'agent-serves-expired': agentServesExpired,
  'agent-throttles': agentThrottles,
  'bad-token-request': badTokenRequest,
  'frozen-copy': frozenCopy,
  'hop-limit': hopLimit,
  'hop-limit-v2-only': hopLimitV2Only,
  'imds-serves-expired': imdsServesExpired,
  'no-association': noAssociation,
  'one-slow-response': oneSlowResponse,
  'refresh-at-every-request': refreshAtEveryRequest,
  'short-lived-proxy': shortLivedProxy,
  'token-file-read-once': tokenFileReadOnce,
  'token-refused': tokenRefused,
  'trust-policy-broken': trustPolicyBroken,
};
