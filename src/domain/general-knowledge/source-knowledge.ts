import type { SourceName } from '../model.ts';
import { type EnvironmentEvidence, findEnvironment } from './environment.ts';
import { type GeneralKnowledge, getGeneralKnowledge } from './general-knowledge.ts';

/** What is generally known about the credentials of a source. */
export interface SourceKnowledge {
  source: SourceName;
  /** Several: one of them issued the credentials. None: the endpoint is not one of AWS. */
  environments: readonly GeneralKnowledge[];
}

export const getSourceKnowledge = (evidence: EnvironmentEvidence): SourceKnowledge => ({
  source: evidence.source,
  environments: findEnvironment(evidence).map(getGeneralKnowledge),
});
