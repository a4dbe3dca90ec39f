import {
  type ChainFacts,
  type ChainOutcome,
  type ChainOutcomes,
  type Provider,
  type ProviderName,
  SDKS,
  type Sdk,
} from './providers.ts';

/** Places that hand out the role which this machine, task or pod was given. */
export const WORKLOAD_ROLE_PROVIDERS: readonly ProviderName[] = ['web-identity', 'container', 'imds'];

/** Facts and outcomes as findings ask for them. */
export class ChainContext {
  readonly facts: ChainFacts;
  readonly outcomes: ChainOutcomes;

  constructor(facts: ChainFacts, outcomes: ChainOutcomes) {
    this.facts = facts;
    this.outcomes = outcomes;
  }

  getProvider(name: ProviderName): Provider {
    return this.facts.providers[name];
  }

  /** The SDKs whose chain ends like this. */
  findSdks(isSo: (outcome: ChainOutcome) => boolean): Sdk[] {
    return SDKS.filter((sdk) => isSo(this.outcomes[sdk]));
  }

  findSdksUsing(name: ProviderName): Sdk[] {
    return this.findSdks((outcome) => outcome.kind === 'wins' && outcome.provider === name);
  }

  findStoppedSdks(isSo: (outcome: Extract<ChainOutcome, { kind: 'stops' }>) => boolean): Sdk[] {
    return this.findSdks((outcome) => outcome.kind === 'stops' && isSo(outcome));
  }

  /** Roles that were given and would have been handed out, but for this place. */
  findHiddenRoleProviders(name: ProviderName): ProviderName[] {
    return WORKLOAD_ROLE_PROVIDERS.filter(
      (other) => other !== name && ['answers', 'untried'].includes(this.getProvider(other).state),
    );
  }
}
