import type { Client } from './clients.ts';
import type { ChainFacts, ProfileProvider, Provider, ProviderName } from './providers.ts';
import { CLIENT_RULES } from './rules/all-rules.ts';
import type { ClientRules } from './rules/client-rules.ts';

/** The facts as this client finds them. */
export function selectClientFacts(facts: ChainFacts, client: Client): ChainFacts {
  const rules = CLIENT_RULES[client];
  const own = facts.otherEnvironment?.clients.includes(client) && {
    environment: facts.otherEnvironment.provider,
  };
  const providers = { ...facts.providers, ...own, ...selectParsedProfile(facts, rules) };
  return applyMfa(applyClientProfile({ ...facts, providers }, client), rules);
}

/** The providers that differ because of the parser of this client. */
function selectParsedProfile(
  { botocoreProviders, fileProblems }: ChainFacts,
  { sharedFiles: { parser } }: ClientRules,
): ChainFacts['botocoreProviders'] {
  if (botocoreProviders === null || parser === 'botocore') return botocoreProviders;
  if (parser === 'ruby') return selectWithHash(botocoreProviders);
  // Go handles comments in its own way.
  return parser === 'go' && fileProblems.some(({ cause }) => cause === 'COLON') ? botocoreProviders : null;
}

const selectWithHash = (
  profile: NonNullable<ChainFacts['botocoreProviders']>,
): Partial<Record<ProfileProvider, Provider>> =>
  Object.fromEntries(
    Object.entries(profile).filter(
      // Ruby and PHP run the command in a shell, which ignores the comment.
      ([name, { problem }]) =>
        name !== 'process' && problem?.code === 'COMMENT_IN_VALUE' && problem.mark === '#',
    ),
  );

function applyMfa(facts: ChainFacts, { mfa = 'of-role' }: ClientRules): ChainFacts {
  const role = facts.providers['profile-role'];
  const replace = (changed: Provider) => ({
    ...facts,
    providers: { ...facts.providers, 'profile-role': changed },
  });
  if (role.problem?.code === 'MFA_REQUIRED' && mfa === 'ignored')
    return replace({ ...role, state: 'untried', problem: null });
  const profile = role.state === 'untried' && mfa === 'of-role-chain' && role.roleSession?.mfaProfileOfGo;
  return profile
    ? replace({ ...role, state: 'incomplete', problem: { code: 'MFA_REQUIRED', profile } })
    : facts;
}

function applyClientProfile(facts: ChainFacts, client: Client): ChainFacts {
  const own = facts.clientProfiles.find(({ clients }) => clients.includes(client));
  if (own === undefined) return facts;
  const isRead = ({ path }: { path: string }) => !own.unreadFiles.some((unread) => unread.path === path);
  return {
    ...facts,
    providers: { ...facts.providers, ...own.providers },
    profile: { ...facts.profile, ...own.profile },
    fileProblems: facts.fileProblems.filter(isRead),
    misplacedSections: facts.misplacedSections.filter(isRead),
  };
}

/** A provider as this client finds it. */
export const getClientProvider = (facts: ChainFacts, client: Client, name: ProviderName): Provider =>
  selectClientFacts(facts, client).providers[name];
