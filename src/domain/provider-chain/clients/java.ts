import {
  AWS_PROFILE,
  type ChainLink,
  containerLink,
  environmentLink,
  findFileProblem,
  groupLinks,
  LAST,
  linkIf,
  providerLink,
} from '../chains/links.ts';
import { assumesRoleOfItself } from '../client-facts.ts';
import type { ProviderProblem } from '../providers.ts';
import { failsAtTokenFileInJava } from '../variables/blank-variables.ts';
import { stopIfNumberInvalid } from '../variables/invalid-numbers.ts';

const lacksRoleSource = (problem: ProviderProblem) =>
  problem.code === 'NO_ROLE_SOURCE' || (problem.code === 'EMPTY_SETTING' && problem.name === 'role_arn');

/** Java skips providers that raise an error. It treats a blank variable as a value. */
export const JAVA: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity', { onIncomplete: 'next', onFailure: 'next' }),
  groupLinks(
    (facts, sdk) => (facts.blankVariables.has(AWS_PROFILE) || findFileProblem(facts, sdk) ? 'leave' : 'next'),
    providerLink('profile-web-identity', { onIncomplete: 'next', onFailure: 'leave' }),
    providerLink('sso', { onIncomplete: 'leave', onFailure: 'leave' }),
    (facts) => (assumesRoleOfItself(facts) ? 'leave' : 'next'),
    providerLink('profile-role', {
      onIncomplete: (problem) => (lacksRoleSource(problem) ? 'next' : 'leave'),
      onRejected: 'leave',
    }),
    providerLink('login', { onIncomplete: 'leave', onFailure: 'leave' }),
    providerLink('process', { onIncomplete: 'leave', onFailure: 'leave' }),
    providerLink('profile', { onIncomplete: 'leave' }),
  ),
  linkIf((facts) => !failsAtTokenFileInJava(facts), containerLink('next', { onFailure: 'next' })),
  stopIfNumberInvalid,
  LAST,
];
