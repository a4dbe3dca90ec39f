import type { PollNoteFields } from '../../poll-note.ts';
import { environmentLink } from '../chains/legacy-variables.ts';
import {
  FULL_URI,
  LAST,
  providerLink,
  RELATIVE_URI,
  selectConfigured,
  stopIfProfileMissing,
} from '../chains/links.ts';
import type { ProviderProblem } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import { rejectBlanks, rejectForms, rejectUnreadableIn, useOtherEndpoint } from '../rules/note-rules.ts';

/**
 * .NET skips a profile whose own role needs MFA. It uses `source_profile` only when it assumes the role, so it fails if
 * the role there needs MFA, or if the process or the keys there fail.
 */
const failsWhenAssumingRole = (problem: ProviderProblem, profile: string): boolean =>
  problem.code === 'NO_BASE_CREDENTIALS'
    ? problem.cause === 'PROCESS_FAILED' || problem.cause === 'EXPIRED'
    : problem.code === 'MFA_REQUIRED' && problem.profile !== profile;

/**
 * .NET uses a profile only if all of its settings belong to one provider. A single SSO setting makes it an
 * SSO profile, and .NET skips the profile unless the user is signed in.
 */
const dotnetProfile: ChainLink = (facts, rules) => {
  if (facts.providers.sso.state !== 'absent')
    return providerLink('sso', { onIncomplete: 'next', onFailure: 'next' })(facts, rules);
  const names = ['profile', 'profile-role', 'profile-web-identity', 'login', 'process'] as const;
  const [kind, ...others] = selectConfigured(facts, names);
  const onIncomplete = (problem: ProviderProblem) =>
    failsWhenAssumingRole(problem, facts.profile.name) ? 'stop' : 'next';
  return kind !== undefined && others.length === 0
    ? providerLink(kind, { onIncomplete })(facts, rules)
    : 'next';
};

/** The parser of URLs removes blanks, but .NET appends a path to the relative URI and to the endpoint of IMDS. */
const removesBlanks = ({ name, place }: PollNoteFields['VALUE_HAS_BLANKS']): boolean =>
  name === FULL_URI || (name !== RELATIVE_URI && place === 'start');

export const DOTNET: ClientRules = {
  chain: [
    environmentLink({ onIncomplete: 'next' }),
    providerLink('web-identity', { onIncomplete: 'next' }),
    stopIfProfileMissing,
    dotnetProfile,
    providerLink('container'),
    LAST,
  ],
  sharedFiles: {
    parser: 'javascript',
    isCaseSensitive: true,
    keepsEmpty: false,
    usesEmptyPath: false,
    keys: 'combined',
    rejectedInSsoSession: [],
  },
  legacyVariables: { secretKeys: ['AWS_SECRET_KEY'] },
  endpoints: { timeoutMs: {}, failsAtBlank: [] },
  notes: {
    VALUE_HAS_BLANKS: rejectBlanks(removesBlanks),
    SERVICE_ENDPOINT_OVERRIDDEN: useOtherEndpoint,
    // `ProcessAWSCredentials`.
    EXPIRATION_ONLY_SOME_SDKS: rejectForms('epoch', 'empty'),
    EXPIRATION_UNREADABLE: rejectUnreadableIn('Expiration'),
  },
};
