import type { ChainFinding } from '../../domain/provider-chain/finding.ts';
import {
  type ChainFacts,
  type ChainOutcome,
  type ChainOutcomes,
  SDKS,
  type Sdk,
} from '../../domain/provider-chain/providers.ts';

/** Everything that `sources` has to say. */
export interface SourcesReport {
  facts: ChainFacts;
  outcomes: ChainOutcomes;
  findings: readonly ChainFinding[];
}

/** SDKs whose chains end alike, in the order of the first of each. */
export function groupOutcomes(outcomes: ChainOutcomes): { sdks: Sdk[]; outcome: ChainOutcome }[] {
  const groups = new Map<string, { sdks: Sdk[]; outcome: ChainOutcome }>();
  for (const sdk of SDKS) {
    const outcome = outcomes[sdk];
    const key = JSON.stringify(outcome);
    if (!groups.has(key)) groups.set(key, { sdks: [], outcome });
    groups.get(key)!.sdks.push(sdk);
  }
  return [...groups.values()];
}
