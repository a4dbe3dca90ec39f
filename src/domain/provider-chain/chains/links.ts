import type { ChainOutcome, OutcomeCause } from '../outcome.ts';
import type { ChainFacts, Provider, ProviderName, ProviderProblem } from '../providers.ts';
import type { ChainLink, ClientRules } from '../rules/client-rules.ts';
import type { FileProblem } from '../shared-files/file-problem.ts';
import { findDifference, lacksToken } from './differences.ts';

type FailureAction = 'next' | 'leave' | 'stop';

/** What a client does if a provider is set up and has no valid credentials. */
export interface FailureHandling {
  /** Default: stop. */
  onIncomplete?: FailureAction | ((problem: ProviderProblem) => FailureAction);
  /** Default: stop. */
  onFailure?: FailureAction;
  /** Default: use the expired credentials. */
  onExpired?: FailureAction;
  /** If our poll succeeds and the client fails. Default: the value of `onFailure`. */
  onRejected?: FailureAction;
}

export const RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
export const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
export const CONTAINER_TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
export const WEB_IDENTITY_TOKEN_FILE = 'AWS_WEB_IDENTITY_TOKEN_FILE';

export const stopAt = (provider: ProviderName | null, cause: OutcomeCause): ChainOutcome => ({
  kind: 'stops',
  provider,
  cause,
});

const isExpired = ({ remaining }: Provider): boolean => remaining !== null && remaining <= 0;

/** A more precise cause than INCOMPLETE or FAILED. */
function findCause(problem: ProviderProblem | null): OutcomeCause | null {
  if (problem?.code === 'EMPTY_SETTING') return { reason: 'EMPTY_SETTING', setting: problem.name };
  if (problem?.code === 'COMMENT_IN_VALUE' || problem?.code === 'SSO_SETTING_TWICE')
    return { reason: 'INVALID_SETTING', setting: problem.name };
  if (problem?.code === 'NO_BASE_CREDENTIALS' && problem.failed !== undefined) return { reason: 'FAILED' };
  return problem?.code === 'MFA_REQUIRED' ? { reason: 'MFA_REQUIRED' } : null;
}

export function providerLink(name: ProviderName, handling: FailureHandling = {}): ChainLink {
  const { onIncomplete = 'stop', onFailure = 'stop', onExpired, onRejected = onFailure } = handling;
  return (facts, rules) => {
    const provider = facts.providers[name];
    const act = (action: FailureAction, reason: 'INCOMPLETE' | 'FAILED' | 'EXPIRED') =>
      action === 'stop' ? stopAt(name, findCause(provider.problem) ?? { reason }) : action;
    const win = (problem: 'NO_SESSION_TOKEN' | 'EXPIRED' | null): ChainOutcome => ({
      kind: 'wins',
      provider: name,
      problem,
    });
    if (provider.state === 'absent') return 'next';
    if (provider.problem?.code === 'NO_SESSION_TOKEN') return win('NO_SESSION_TOKEN');
    // The client uses the value with the comment.
    if (provider.problem?.code === 'COMMENT_IN_VALUE') return act('stop', 'INCOMPLETE');
    if (provider.state === 'incomplete') {
      const action = typeof onIncomplete === 'string' ? onIncomplete : onIncomplete(provider.problem);
      return act(action, 'INCOMPLETE');
    }
    const difference = findDifference(provider, facts, rules);
    if (difference !== null)
      return difference.kind === 'stops' && onRejected !== 'stop' ? onRejected : difference;
    if (provider.state === 'fails') return act(onFailure, 'FAILED');
    if (lacksToken(provider, rules)) return win('NO_SESSION_TOKEN');
    if (!isExpired(provider)) return win(null);
    return onExpired === undefined ? win('EXPIRED') : act(onExpired, 'EXPIRED');
  };
}

/** Links in a row; a link that returns `leave` ends the group. */
export function groupLinks(...links: ChainLink[]): ChainLink {
  return (facts, rules) => {
    for (const link of links) {
      const result = link(facts, rules);
      if (result === 'leave') return 'next';
      if (result !== 'next') return result;
    }
    return 'next';
  };
}

export const linkIf =
  (condition: (facts: ChainFacts) => boolean, link: ChainLink): ChainLink =>
  (facts, rules) =>
    condition(facts) ? link(facts, rules) : 'next';

/** The blank variable of the container URI that an SDK would read. Null if there is none. */
export function findBlankUriVariable({ setVariables, blankVariables }: ChainFacts): string | null {
  if (blankVariables.has(RELATIVE_URI)) return RELATIVE_URI;
  return blankVariables.has(FULL_URI) && !setVariables.has(RELATIVE_URI) ? FULL_URI : null;
}

/** For SDKs that treat a blank container URI as invalid. For SDKs that ignore it, use `providerLink`. */
export const containerLink =
  (onBlank: 'stop' | 'next', handling: FailureHandling = {}): ChainLink =>
  (facts, rules) => {
    const blank = findBlankUriVariable(facts);
    if (blank === null) return providerLink('container', handling)(facts, rules);
    return onBlank === 'next' ? 'next' : stopAt('container', { reason: 'BLANK_VARIABLE', setting: blank });
  };

export const AWS_PROFILE = 'AWS_PROFILE';
export const AWS_DEFAULT_PROFILE = 'AWS_DEFAULT_PROFILE';

export const stopIfProfileMissing: ChainLink = ({ profile: { name, isNamed, exists } }) =>
  isNamed && !exists ? stopAt(null, { reason: 'NO_SUCH_PROFILE', profile: name }) : 'next';

/** For clients that read AWS_DEFAULT_PROFILE if AWS_PROFILE is not set. */
export const stopIfDefaultProfileMissing: ChainLink = ({ profile: { isNamed, ofDefaultVariable } }) =>
  !isNamed && ofDefaultVariable?.exists === false
    ? stopAt(null, { reason: 'NO_SUCH_PROFILE', profile: ofDefaultVariable.name })
    : 'next';

const stopAtBlank = (setting: string): ChainLink => {
  const stop = stopAt(null, { reason: 'BLANK_VARIABLE', setting });
  return ({ blankVariables }) => (blankVariables.has(setting) ? stop : 'next');
};

export const stopIfProfileBlank = stopAtBlank(AWS_PROFILE);

/** For clients that read AWS_DEFAULT_PROFILE before AWS_PROFILE, and a blank value as the name of a profile. */
export const stopIfDefaultVariableBlank = stopAtBlank(AWS_DEFAULT_PROFILE);

/** The first line that this client cannot parse. */
export const findFileProblem = ({ fileProblems }: ChainFacts, { sharedFiles }: ClientRules) =>
  fileProblems.find(({ parsers }) => parsers.includes(sharedFiles.parser));

/** @param find the problem that ends the chain */
export const stopIfFileProblem =
  (find: (facts: ChainFacts, rules: ClientRules) => FileProblem | undefined): ChainLink =>
  (facts, rules) => {
    const problem = find(facts, rules);
    if (problem === undefined) return 'next';
    return stopAt(null, { reason: 'INVALID_FILE', path: problem.path, line: problem.line });
  };

export const stopIfFileInvalid = stopIfFileProblem(findFileProblem);

/** Whether a client that reads AWS_DEFAULT_PROFILE after AWS_PROFILE uses the profile that it names. */
export const isDefaultVariableUsed = ({ setVariables, profile }: ChainFacts): boolean =>
  setVariables.has(AWS_DEFAULT_PROFILE) && !profile.isNamed;

/**
 * The first link of a group. A client that reads AWS_DEFAULT_PROFILE may use a profile that the probe did not read. If
 * the profile is missing, the client skips the group.
 */
export const otherProfile =
  (isRead: (facts: ChainFacts) => boolean): ChainLink =>
  (facts) => {
    const { setVariables, profile } = facts;
    if (!setVariables.has(AWS_DEFAULT_PROFILE) || !isRead(facts)) return 'next';
    if (isDefaultVariableUsed(facts) && profile.ofDefaultVariable?.exists === false) return 'leave';
    const named = profile.ofDefaultVariable?.name ?? null;
    return {
      kind: 'unknown',
      provider: 'profile',
      cause: { reason: 'OTHER_PROFILE', setting: AWS_DEFAULT_PROFILE, named },
    };
  };

/** The names of these providers that are set up, even if they fail. */
export const selectConfigured = <Name extends ProviderName>(
  { providers }: ChainFacts,
  names: readonly Name[],
): Name[] => names.filter((name) => providers[name].state !== 'absent');

/** No provider follows IMDS, so a failure is the end of the chain. */
export const LAST = providerLink('imds', { onFailure: 'next', onRejected: 'stop' });

/** For clients that accept sections in the form of the other file, which the probe ignores. */
export const otherSection: ChainLink = ({ misplacedSections, profile }) => {
  const found = misplacedSections.find((each) => each.profile === profile.name);
  if (found === undefined) return 'next';
  const { path, section } = found;
  return { kind: 'unknown', provider: 'profile', cause: { reason: 'OTHER_SECTION', path, section } };
};

/** For clients with a parser of their own, which the probe does not know. */
export const unknownIfFileInvalid: ChainLink = ({ fileProblems: [problem] }) => {
  if (problem === undefined) return 'next';
  const { path, line } = problem;
  return { kind: 'unknown', provider: 'profile', cause: { reason: 'INVALID_FILE', path, line } };
};

const lacksSsoRole = (problem: ProviderProblem) =>
  problem.code === 'SETTINGS_MISSING' &&
  ['sso_account_id', 'sso_role_name'].every((name) => problem.names.includes(name));

/** For clients that ignore a profile with only an SSO session, which is for tokens and not for credentials. */
export const ssoLink: ChainLink = providerLink('sso', {
  onIncomplete: (problem) => (lacksSsoRole(problem) ? 'next' : 'stop'),
});

/** For clients that reject a token without TTL, and use IMDSv1 instead. */
export const stopIfImdsV1Fails: ChainLink = ({ doesImdsV1Work, providers: { imds } }) =>
  doesImdsV1Work === false && imds.notes.some(({ code }) => code === 'TOKEN_TTL_NONCONFORMING')
    ? stopAt('imds', { reason: 'REJECTED_BY_SDK', note: 'TOKEN_TTL_NONCONFORMING' })
    : 'next';

/** For clients that fail at a limit of IMDS that is not a number. */
export const stopIfLimitInvalid: ChainLink = ({ unusualSettings: { imdsLimits } }, { endpoints }) => {
  const invalid = imdsLimits.find(({ limit, text }) => endpoints.rejectsLimit?.(limit, text));
  return invalid === undefined
    ? 'next'
    : stopAt(null, { reason: 'INVALID_SETTING', setting: invalid.setting });
};

/** For clients that open the file even without a container endpoint, and even if its name is empty. */
export const stopIfTokenFileBlank: ChainLink = ({ blankVariables }) =>
  blankVariables.has(CONTAINER_TOKEN_FILE)
    ? stopAt('container', { reason: 'BLANK_VARIABLE', setting: CONTAINER_TOKEN_FILE })
    : 'next';

/** For clients that open the file of a container endpoint even if its name is empty. */
export const stopIfContainerTokenFileBlank: ChainLink = linkIf(
  ({ providers }) => providers.container.state !== 'absent',
  stopIfTokenFileBlank,
);

/** The profile names itself as the source of its role, and has no keys for that. Some SDKs see a circle. */
export const assumesRoleOfItself = ({ providers, profile }: ChainFacts): boolean =>
  providers['profile-role'].roleSession?.sourceProfile === profile.name &&
  (providers.profile.state === 'absent' || providers.profile.state === 'incomplete') &&
  providers.profile.problem?.code !== 'NO_SESSION_TOKEN';
