import type { ChainFinding } from '../../domain/provider-chain/finding.ts';
import type { ChainFacts, ChainOutcomes } from '../../domain/provider-chain/providers.ts';

/** The result of `cred-watch sources`. */
export interface SourcesReport {
  facts: ChainFacts;
  outcomes: ChainOutcomes;
  findings: readonly ChainFinding[];
}
