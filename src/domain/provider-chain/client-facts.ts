import type { Client } from './clients.ts';
import type { ChainFacts, Provider, ProviderName } from './providers.ts';

/** These do not read `mfa_serial`. AWS refuses them only if the role requires MFA. */
const CLIENTS_WITHOUT_MFA: readonly Client[] = ['java', 'rust', 'php'];

const GO_CLIENTS: readonly Client[] = ['go', 'terraform', 'rclone', 'rclone-1.67'];

/** These read a comment that begins with `#` as part of the value before it, as botocore does. */
const CLIENTS_KEEPING_HASH: readonly Client[] = ['ruby', 'php'];

/** The facts as this client finds them. Go accepts `key: value` too, but handles comments in its own way. */
export function selectClientFacts(facts: ChainFacts, client: Client): ChainFacts {
  const { botocoreProfile, fileProblems, otherEnvironment } = facts;
  const own = otherEnvironment?.clients.includes(client) && { environment: otherEnvironment.provider };
  const acceptsColon = GO_CLIENTS.includes(client) && fileProblems.some(({ cause }) => cause === 'COLON');
  const profile = client === 'botocore' || acceptsColon ? botocoreProfile : null;
  const withHash = CLIENTS_KEEPING_HASH.includes(client) && selectWithHash(botocoreProfile ?? {});
  const providers = { ...facts.providers, ...own, ...profile, ...withHash };
  return applyMfa(applyClientProfile({ ...facts, providers }, client), client);
}

const selectWithHash = (
  profile: NonNullable<ChainFacts['botocoreProfile']>,
): Partial<Record<ProviderName, Provider>> =>
  Object.fromEntries(
    Object.entries(profile).filter(
      // Their shell ignores such a comment after a command.
      ([name, { problem }]) =>
        name !== 'process' && problem?.code === 'COMMENT_IN_VALUE' && problem.mark === '#',
    ),
  );

function applyMfa(facts: ChainFacts, client: Client): ChainFacts {
  const role = facts.providers['profile-role'];
  const replace = (changed: Provider) => ({
    ...facts,
    providers: { ...facts.providers, 'profile-role': changed },
  });
  if (role.problem?.code === 'MFA_REQUIRED' && CLIENTS_WITHOUT_MFA.includes(client))
    return replace({ ...role, state: 'untried', problem: null });
  const ofGo = role.state === 'untried' && GO_CLIENTS.includes(client) && role.roleSession?.mfaProfileOfGo;
  return ofGo
    ? replace({ ...role, state: 'incomplete', problem: { code: 'MFA_REQUIRED', profile: ofGo } })
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

/** The profile names itself as the source of its role, and has no keys for that. Some SDKs see a circle. */
export const assumesRoleOfItself = ({ providers, profile }: ChainFacts): boolean =>
  providers['profile-role'].roleSession?.sourceProfile === profile.name &&
  (providers.profile.state === 'absent' || providers.profile.state === 'incomplete') &&
  providers.profile.problem?.code !== 'NO_SESSION_TOKEN';

/** A provider as this client finds it. */
export const getClientProvider = (facts: ChainFacts, client: Client, name: ProviderName): Provider =>
  selectClientFacts(facts, client).providers[name];
