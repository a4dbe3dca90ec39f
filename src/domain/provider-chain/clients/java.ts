import { environmentLink } from '../chains/legacy-variables.ts';
import {
  AWS_PROFILE,
  assumesRoleOfItself,
  CONTAINER_TOKEN_FILE,
  containerLink,
  findBlankUriVariable,
  findFileProblem,
  groupLinks,
  LAST,
  linkIf,
  providerLink,
  stopIfLimitInvalid,
} from '../chains/links.ts';
import type { ChainFacts, ProviderProblem } from '../providers.ts';
import type { ClientRules } from '../rules/client-rules.ts';
import { imdsIsDisabled, rejectBlanks, rejectForms, rejectUnreadableIn } from '../rules/note-rules.ts';

const lacksRoleSource = (problem: ProviderProblem) =>
  problem.code === 'NO_ROLE_SOURCE' || (problem.code === 'EMPTY_SETTING' && problem.name === 'role_arn');

const CONTAINER_TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** Java reads the token file only if the token variable is not set. If it cannot, Java tries the next provider. */
const lacksContainerToken = ({ setVariables, blankVariables }: ChainFacts): boolean =>
  blankVariables.has(CONTAINER_TOKEN_FILE) &&
  !setVariables.has(CONTAINER_TOKEN) &&
  !blankVariables.has(CONTAINER_TOKEN);

/** What `Double.parseDouble` of Java accepts, without hexadecimal numbers. */
const JAVA_NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?\s*$/i;

/** Java skips providers that raise an error. It treats a blank variable as a value. */
export const JAVA: ClientRules = {
  chain: [
    environmentLink({ onIncomplete: 'next' }),
    providerLink('web-identity', { onIncomplete: 'next', onFailure: 'next' }),
    groupLinks(
      (facts, rules) =>
        facts.blankVariables.has(AWS_PROFILE) || findFileProblem(facts, rules) ? 'leave' : 'next',
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
    linkIf((facts) => !lacksContainerToken(facts), containerLink('next', { onFailure: 'next' })),
    stopIfLimitInvalid,
    LAST,
  ],
  sharedFiles: {
    parser: 'java',
    isCaseSensitive: true,
    keepsEmpty: true,
    usesEmptyPath: true,
    keys: 'combined',
    rejectedInSsoSession: ['value'],
  },
  blanksAroundKeys: 'removed',
  mfa: 'ignored',
  isAffectedByBlank(variable, facts, outcome) {
    if (variable === AWS_PROFILE || variable === findBlankUriVariable(facts)) return true;
    if (variable === CONTAINER_TOKEN_FILE)
      return facts.providers.container.state !== 'absent' && lacksContainerToken(facts);
    // Java then sends an empty session token, and AWS refuses it.
    const usesKeys = outcome.kind === 'wins' && outcome.provider === 'environment';
    return variable === 'AWS_SESSION_TOKEN' && usesKeys;
  },
  endpoints: {
    timeoutMs: { imds: 1000, container: 1000 },
    readsTimeout: 'newer-versions',
    // `Ec2MetadataConfigProvider` of Java.
    rejectsLimit: (limit, text) => limit === 'timeout' && !JAVA_NUMBER.test(text),
    failsAtBlank: ['AWS_EC2_METADATA_DISABLED'],
  },
  notes: {
    // Java throws for any text except `true` and `false`.
    DISABLED_FOR_SOME_SDKS: imdsIsDisabled,
    // Our poll sends the token from the file, Java sends the token from the variable.
    TWO_TOKENS_SET: ({ code }) => ({ kind: 'unknown', cause: { reason: 'OTHER_TOKEN', note: code } }),
    VALUE_HAS_BLANKS: rejectBlanks(),
    // `DateUtils` and `ProcessCredentialsProvider` of Java.
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('no-zone', 'epoch', 'empty'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
