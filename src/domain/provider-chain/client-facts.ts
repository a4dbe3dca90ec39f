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
    ? { ...facts, providers: { ...providers, ...botocoreProfile } }
    : { ...facts, providers };
}

/** A provider as this client finds it. */
export const getClientProvider = (facts: ChainFacts, client: Client, name: ProviderName): Provider =>
  selectClientFacts(facts, client).providers[name];
