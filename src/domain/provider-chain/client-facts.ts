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
  const role = providers['profile-role'];
  return role.problem?.code === 'MFA_REQUIRED' && CLIENTS_WITHOUT_MFA.includes(client)
    ? {
        ...facts,
        providers: { ...providers, 'profile-role': { ...role, state: 'untried', problem: null } },
      }
    : { ...facts, providers };
}

/** A provider as this client finds it. */
export const getClientProvider = (facts: ChainFacts, client: Client, name: ProviderName): Provider =>
  selectClientFacts(facts, client).providers[name];
