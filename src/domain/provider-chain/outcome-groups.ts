import { groupBy } from '../lists.ts';
import { getClientProvider } from './client-facts.ts';
import { type Client, SDKS, type Sdk } from './clients.ts';
import type { ChainOutcome, OutcomesBySdk } from './outcome.ts';
import type { ChainFacts } from './providers.ts';

/** SDKs with the same outcome form one group. Groups are in the order of their first SDK. */
export const groupSdks = (outcomes: OutcomesBySdk): { sdks: Sdk[]; outcome: ChainOutcome }[] =>
  groupByOutcome(SDKS, outcomes).map(({ clients, outcome }) => ({ sdks: clients, outcome }));

/** The same for any clients. */
export const groupByOutcome = <Name extends Client>(
  clients: readonly Name[],
  outcomes: Readonly<Record<Name, ChainOutcome>>,
): { clients: Name[]; outcome: ChainOutcome }[] =>
  [...groupBy(clients, (client) => JSON.stringify(outcomes[client])).values()].map((group) => ({
    clients: group,
    outcome: outcomes[group[0]],
  }));

type SdkGroup = ReturnType<typeof groupSdks>[number];

/** Like {@link groupSdks}, but SDKs that find another role in the same provider form a group of their own. */
export const groupSdksByRole = (facts: ChainFacts, outcomes: OutcomesBySdk): SdkGroup[] =>
  groupSdks(outcomes).flatMap((group): SdkGroup[] => {
    const { sdks, outcome } = group;
    if (outcome.kind !== 'wins') return [group];
    const groups = groupBy(sdks, (sdk) => {
      const { role, accountId } = getClientProvider(facts, sdk, outcome.provider);
      return JSON.stringify([role, accountId]);
    });
    return [...groups.values()].map((each) => ({ sdks: each, outcome }));
  });
