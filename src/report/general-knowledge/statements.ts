import type { GeneralFact } from '../../domain/general-knowledge/fact.ts';
import type { GeneralKnowledge } from '../../domain/general-knowledge/general-knowledge.ts';
import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import {
  DECIDED_ELSEWHERE,
  describeFact,
  describeReference,
  describeUndocumented,
  ENVIRONMENT_NAMES,
  ONE_OF_THESE,
} from '../messages/general-knowledge/facts.ts';

export interface KnowledgeStatement {
  text: string;
  /** Null: the statement says that the documentation does not say something. `url` is null if the reference is not on the web. */
  reference: { text: string; url: string | null } | null;
}

/** What is shown about one environment. */
export interface EnvironmentStatements {
  environment: string;
  statements: readonly KnowledgeStatement[];
}

/** A short list. If several environments are possible, each has its most useful fact only. */
export const listStatements = (knowledge: readonly SourceKnowledge[]): EnvironmentStatements[] =>
  knowledge.flatMap(({ source, environments }) => {
    const isUncertain = environments.length > 1;
    const listed = environments.map((each) => ({
      environment: ENVIRONMENT_NAMES[each.environment],
      statements: listEnvironmentStatements(each, isUncertain),
    }));
    const introduction = { environment: source, statements: [{ text: ONE_OF_THESE, reference: null }] };
    return isUncertain ? [introduction, ...listed] : listed;
  });

/** `documented: valid for at most 6h when issued (EC2 User Guide, undated)`. */
export const formatStatement = ({ text, reference }: KnowledgeStatement): string =>
  reference === null ? text : `${text} (${reference.text})`;

function listEnvironmentStatements(
  { environment, facts, undocumented }: GeneralKnowledge,
  isBrief: boolean,
): KnowledgeStatement[] {
  const decidedElsewhere = DECIDED_ELSEWHERE[environment];
  if (decidedElsewhere !== undefined) return [{ text: decidedElsewhere, reference: null }];
  if (isBrief) return facts.slice(0, 1).map((fact) => describeGroup([fact]));
  const missing = describeUndocumented(undocumented);
  return [
    ...groupByReference(listMainFacts(facts)).map(describeGroup),
    ...(missing === null ? [] : [{ text: missing, reference: null }]),
  ];
}

/** Reports of users are shown only if nothing better is known. JSON output and the documents have all facts. */
function listMainFacts(facts: readonly GeneralFact[]): readonly GeneralFact[] {
  const better = facts.filter(({ method }) => method !== 'user-report');
  return (better.length > 0 ? better : facts).filter(({ subject }) => subject !== 'role-maximum-ignored');
}

type FactGroup = [GeneralFact, ...GeneralFact[]];

/** Facts of one reference are one statement. */
function groupByReference(facts: readonly GeneralFact[]): FactGroup[] {
  const groups: FactGroup[] = [];
  for (const fact of facts) {
    const group = groups.find(([{ reference }]) => reference === fact.reference);
    if (group === undefined) groups.push([fact]);
    else group.push(fact);
  }
  return groups;
}

/** `published: rotated every 1h; valid for 6h when issued`, with its reference. */
function describeGroup(group: FactGroup): KnowledgeStatement {
  const [{ evidence, reference, method }] = group;
  return {
    text: `${evidence}: ${group.map(describeFact).join('; ')}`,
    reference: { text: describeReference(reference, method), url: reference.url },
  };
}
