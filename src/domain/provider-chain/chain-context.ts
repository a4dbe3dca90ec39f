import { SDKS, type Sdk } from './clients.ts';
import type { ChainOutcome, OutcomesByOtherClient, OutcomesBySdk } from './outcome.ts';
import { mayHaveCredentials } from './provider-states.ts';
import type { ChainFacts, Provider, ProviderName } from './providers.ts';

/** Providers of the role that was assigned to this machine, task or pod. */
export const WORKLOAD_ROLE_PROVIDERS: readonly ProviderName[] = ['web-identity', 'container', 'imds'];

type StoppedOutcome = Extract<ChainOutcome, { kind: 'stops' }>;

/** Facts and outcomes with queries for checks. */
export class ChainContext {
  readonly facts: ChainFacts;
  readonly outcomes: OutcomesBySdk;
  readonly otherOutcomes: OutcomesByOtherClient;

  constructor(facts: ChainFacts, outcomes: OutcomesBySdk, otherOutcomes: OutcomesByOtherClient) {
    this.facts = facts;
    this.outcomes = outcomes;
    this.otherOutcomes = otherOutcomes;
  }

  getProvider(name: ProviderName): Provider {
    return this.facts.providers[name];
  }

  findSdks(matches: (outcome: ChainOutcome) => boolean): Sdk[] {
    return SDKS.filter((sdk) => matches(this.outcomes[sdk]));
  }

  findSdksUsing(name: ProviderName): Sdk[] {
    return this.findSdks((outcome) => outcome.kind === 'wins' && outcome.provider === name);
  }

  findStoppedSdks(matches: (outcome: StoppedOutcome) => boolean): Sdk[] {
    return this.findSdks((outcome) => outcome.kind === 'stops' && matches(outcome));
  }

  /** The other providers of workload roles that have credentials. */
  findHiddenRoleProviders(name: ProviderName): ProviderName[] {
    return WORKLOAD_ROLE_PROVIDERS.filter(
      (other) => other !== name && mayHaveCredentials(this.getProvider(other)),
    );
  }
}
