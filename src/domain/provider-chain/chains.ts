import {
  type ChainFacts,
  type Outcome,
  type Outcomes,
  type Place,
  type PlaceName,
  SDKS,
  type Sdk,
} from './providers.ts';

/** Places that hand out the role which this machine, task or pod was given. */
export const GIVEN: readonly PlaceName[] = ['web-identity', 'container', 'imds'];

/** Facts and outcomes as findings ask for them. */
export class Chains {
  readonly facts: ChainFacts;
  readonly outcomes: Outcomes;

  constructor(facts: ChainFacts, outcomes: Outcomes) {
    this.facts = facts;
    this.outcomes = outcomes;
  }

  place(name: PlaceName): Place {
    return this.facts.places[name];
  }

  /** The SDKs whose chain ends like this. */
  sdks(isSo: (outcome: Outcome) => boolean): Sdk[] {
    return SDKS.filter((sdk) => isSo(this.outcomes[sdk]));
  }

  winnersAt(name: PlaceName): Sdk[] {
    return this.sdks((outcome) => outcome.kind === 'wins' && outcome.place === name);
  }

  stopped(isSo: (outcome: Extract<Outcome, { kind: 'stops' }>) => boolean): Sdk[] {
    return this.sdks((outcome) => outcome.kind === 'stops' && isSo(outcome));
  }

  /** Roles that were given and would have been handed out, but for this place. */
  hiddenBy(name: PlaceName): PlaceName[] {
    return GIVEN.filter(
      (other) => other !== name && ['answers', 'untried'].includes(this.place(other).state),
    );
  }
}
