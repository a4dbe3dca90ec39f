import { selectClientFacts } from '../client-facts.ts';
import { type Client, OTHER_CLIENTS, SDKS } from '../clients.ts';
import type { ChainOutcome, OutcomesByOtherClient, OutcomesBySdk } from '../outcome.ts';
import { type ChainFacts, mapNames, type ProviderName } from '../providers.ts';
import { CLIENT_RULES } from '../rules/all-rules.ts';
import { groupLinks } from './links.ts';

export function resolveChain(client: Client, facts: ChainFacts): ChainOutcome {
  const rules = CLIENT_RULES[client];
  const result = groupLinks(...rules.chain)(selectClientFacts(facts, client), rules);
  return result === 'next' || result === 'leave' ? { kind: 'none' } : result;
}

/** How the default chain of each SDK ends in a program that starts now in this environment. */
export const resolveChains = (facts: ChainFacts): OutcomesBySdk =>
  mapNames(SDKS, (sdk) => resolveChain(sdk, facts));

/** The same for clients that do not decide whose credentials a job gets. */
export const resolveOtherChains = (facts: ChainFacts): OutcomesByOtherClient =>
  mapNames(OTHER_CLIENTS, (client) => resolveChain(client, facts));

/** The provider whose credentials this client uses. Null without credentials that AWS accepts. */
export function resolveWinner(client: Client, facts: ChainFacts): ProviderName | null {
  const outcome = resolveChain(client, facts);
  return outcome.kind === 'wins' && outcome.problem === null ? outcome.provider : null;
}
