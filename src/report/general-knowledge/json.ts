import type { GeneralFact } from '../../domain/general-knowledge/fact.ts';
import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';

/** One entry per source and environment. docs/json.md documents every field. */
export const buildKnowledgeJson = (knowledge: readonly SourceKnowledge[]): object[] =>
  knowledge.flatMap(({ source, environments }) =>
    environments.map(({ environment, facts, undocumented }) => ({
      source,
      environment,
      certain: environments.length === 1,
      facts: facts.map(buildFactJson),
      undocumented,
    })),
  );

const buildFactJson = ({ reference, ...fact }: GeneralFact) => ({
  subject: fact.subject,
  evidence: fact.evidence,
  method: fact.method,
  condition: fact.condition,
  setting: fact.setting,
  shortest_seconds: fact.shortest,
  usual_seconds: fact.usual,
  longest_seconds: fact.longest,
  reference: { title: reference.title, year: reference.year, url: reference.url },
});
