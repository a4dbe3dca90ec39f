import type { Client } from './clients.ts';
import type { ChainFacts, Provider, ProviderName } from './providers.ts';

/** These do not read `mfa_serial`. AWS refuses them only if the role requires MFA. */
const CLIENTS_WITHOUT_MFA: readonly Client[] = ['java', 'rust', 'php'];

const GO_CLIENTS: readonly Client[] = ['go', 'terraform', 'rclone', 'rclone-1.67'];

/** The facts as this client finds them. Go accepts `key: value` too, but handles comments in its own way. */
export function selectClientFacts(facts: ChainFacts, client: Client): ChainFacts {
  const { botocoreProfile, fileProblems, otherEnvironment } = facts;
  const own = otherEnvironment?.clients.includes(client) && { environment: otherEnvironment.provider };
  const acceptsColon = GO_CLIENTS.includes(client) && fileProblems.some(({ cause }) => cause === 'COLON');
  const profile = client === 'botocore' || acceptsColon ? botocoreProfile : null;
  const providers = { ...facts.providers, ...own, ...profile };
  return applyMfa(applyClientProfile({ ...facts, providers }, client), client);
}

function applyMfa(facts: ChainFacts, client: Client): ChainFacts {
  const role = facts.providers['profile-role'];
  if (role.problem?.code !== 'MFA_REQUIRED' || !CLIENTS_WITHOUT_MFA.includes(client)) return facts;
  return {
    ...facts,
    providers: { ...facts.providers, 'profile-role': { ...role, state: 'untried', problem: null } },
  };
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
