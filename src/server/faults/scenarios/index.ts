import agentRestarts from './agent-restarts.json';
import agentServesExpired from './agent-serves-expired.json';
import agentThrottles from './agent-throttles.json';
import badTokenRequest from './bad-token-request.json';
import frozenCopy from './frozen-copy.json';
import hopLimit from './hop-limit.json';
import hopLimitV2Only from './hop-limit-v2-only.json';
import imdsServesExpired from './imds-serves-expired.json';
import noAssociation from './no-association.json';
import oneSlowAnswer from './one-slow-answer.json';
import refreshAtEveryRequest from './refresh-at-every-request.json';
import shortLivedProxy from './short-lived-proxy.json';
import tokenFileReadOnce from './token-file-read-once.json';
import tokenRefused from './token-refused.json';
import trustPolicyBroken from './trust-policy-broken.json';

/** Outages that happened to people, by name; read like a file of the user's own. */
export const SCENARIOS: Readonly<Record<string, { title: string }>> = {
  'agent-restarts': agentRestarts,
  'agent-serves-expired': agentServesExpired,
  'agent-throttles': agentThrottles,
  'bad-token-request': badTokenRequest,
  'frozen-copy': frozenCopy,
  'hop-limit': hopLimit,
  'hop-limit-v2-only': hopLimitV2Only,
  'imds-serves-expired': imdsServesExpired,
  'no-association': noAssociation,
  'one-slow-answer': oneSlowAnswer,
  'refresh-at-every-request': refreshAtEveryRequest,
  'short-lived-proxy': shortLivedProxy,
  'token-file-read-once': tokenFileReadOnce,
  'token-refused': tokenRefused,
  'trust-policy-broken': trustPolicyBroken,
};
