import type { SourceName } from '../model.ts';
import type { AssessedSeries, Assessment } from '../verdict/assessment.ts';

/**
 * The sources of series whose measurement does not answer the question yet: a series has samples but no measured
 * rotation, or its verdict is `unknown`. A report shows general knowledge about these sources.
 */
export const findUnmeasuredSources = ({ series }: Assessment): SourceName[] => [
  ...new Set(series.filter(isUnmeasured).map(({ identity }) => identity.source)),
];

const isUnmeasured = ({ overview, isRetired, judgements }: AssessedSeries): boolean =>
  !isRetired &&
  ((overview !== null && !overview.hasMeasuredRotation) ||
    judgements.some(({ verdict }) => verdict === 'unknown'));
