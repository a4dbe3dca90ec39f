import type { Seconds } from '../model.ts';
import type { EnvironmentKind } from './environment.ts';
import type { FactSubject, GeneralFact } from './fact.ts';
import { FACTS } from './facts.ts';

/** What AWS documents and what others published about one environment. Nothing of it was measured here. */
export interface GeneralKnowledge {
  environment: EnvironmentKind;
  /** The most useful fact first. */
  facts: readonly GeneralFact[];
  /** Subjects that users need to know, and that no page of AWS states. */
  undocumented: readonly FactSubject[];
}

/** For `init`, `sources`, and reports without a measured rotation. A verdict never depends on it. */
export function getGeneralKnowledge(environment: EnvironmentKind): GeneralKnowledge {
  const facts = FACTS[environment];
  const documented = new Set(
    facts.filter(({ evidence }) => evidence === 'documented').map(({ subject }) => subject),
  );
  const undocumented = NEEDED_SUBJECTS[environment].filter((subject) => !documented.has(subject));
  return { environment, facts, undocumented };
}

const OF_ENDPOINT = ['validity', 'lead-time', 'rotation-interval'] as const satisfies readonly FactSubject[];
/** A session is not rotated: the client requests a new one. */
const OF_SESSION = ['validity'] as const satisfies readonly FactSubject[];

/** What a user needs to know about an environment. */
const NEEDED_SUBJECTS: Readonly<Record<EnvironmentKind, readonly FactSubject[]>> = {
  imds: OF_ENDPOINT,
  ecs: OF_ENDPOINT,
  'eks-pod-identity': OF_ENDPOINT,
  cloudshell: OF_ENDPOINT,
  greengrass: OF_ENDPOINT,
  codebuild: OF_ENDPOINT,
  amplify: OF_ENDPOINT,
  lambda: OF_SESSION,
  irsa: OF_SESSION,
  'web-identity': OF_SESSION,
  'github-actions': OF_SESSION,
  'assumed-role': OF_SESSION,
  sso: OF_SESSION,
  process: [],
  keys: [],
};

export interface ExpectedRotation {
  /** A rotation usually comes within this time. */
  within: Seconds;
  /** Where `within` is taken from. */
  fact: GeneralFact;
}

/** When the next rotation may be expected. Null if nothing is known. Only for advice to users: it was not measured. */
export function findExpectedRotation({ facts }: GeneralKnowledge): ExpectedRotation | null {
  for (const subject of ROTATION_SUBJECTS) {
    const fact = facts.find((each) => each.subject === subject && findLength(each) !== null);
    const within = fact === undefined ? null : findLength(fact);
    if (fact !== undefined && within !== null) return { within, fact };
  }
  return null;
}

/** Credentials that expire are replaced before that. */
const ROTATION_SUBJECTS = [
  'rotation-interval',
  'cache-time',
  'validity',
] as const satisfies readonly FactSubject[];

const findLength = ({ usual, longest }: GeneralFact): Seconds | null => usual ?? longest;
