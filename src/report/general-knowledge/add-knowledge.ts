import { findUnmeasuredSources } from '../../domain/general-knowledge/unmeasured-sources.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';

/** Loads general knowledge only if a series needs it. No stored series has the variables of its poller. */
export async function addGeneralKnowledge(
  assessment: Assessment,
  context: ReportContext,
): Promise<ReportContext> {
  const sources = findUnmeasuredSources(assessment);
  if (sources.length === 0) return context;
  const { getSourceKnowledge } = await import('../../domain/general-knowledge/source-knowledge.ts');
  return { ...context, generalKnowledge: sources.map((source) => getSourceKnowledge({ source })) };
}
