import type { NowJudgement } from '../verdict/now-verdict.ts';
import type { GeneralKnowledge } from './general-knowledge.ts';
import type { SourceKnowledge } from './source-knowledge.ts';

/**
 * Whether the job needs a longer validity than AWS documents for the source, and than all credentials of its history
 * had. Only a reason not to wait for a rotation: a verdict never depends on it.
 */
export function exceedsDocumentedValidity(
  { required, validityAfterRotation }: Pick<NowJudgement, 'required' | 'validityAfterRotation'>,
  { environments }: SourceKnowledge,
): boolean {
  if (environments.length === 0 || (validityAfterRotation?.max ?? 0) >= required) return false;
  return environments.every((each) => {
    const longest = findLongestDocumented(each);
    return longest !== null && required > longest;
  });
}

function findLongestDocumented({ facts }: GeneralKnowledge): number | null {
  const lengths = facts.flatMap(({ evidence, subject, longest }) =>
    evidence === 'documented' && subject === 'validity' && longest !== null ? [longest] : [],
  );
  return lengths.length === 0 ? null : Math.max(...lengths);
}
