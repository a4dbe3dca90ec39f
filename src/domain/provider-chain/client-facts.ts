import type { Client } from './clients.ts';
import type { ChainFacts, Provider, ProviderName } from './providers.ts';

const GO_CLIENTS: readonly Client[] = ['go', 'terraform', 'rclone', 'rclone-1.67'];

/** The facts as this client finds them. Go accepts `key: value` too, but handles comments in its own way. */
export function selectClientFacts(facts: ChainFacts, client: Client): ChainFacts {
  const { botocoreProfile, fileProblems, otherEnvironment } = facts;
  const providers = otherEnvironment?.clients.includes(client)
    ? { ...facts.providers, environment: otherEnvironment.provider }
    : facts.providers;
  const acceptsColon = GO_CLIENTS.includes(client) && fileProblems.some(({ cause }) => cause === 'COLON');
  return (client === 'botocore' || acceptsColon) && botocoreProfile !== null
    ? applyClientProfile({ ...facts, providers: { ...providers, ...botocoreProfile } }, client)
    : applyClientProfile({ ...facts, providers }, client);
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
