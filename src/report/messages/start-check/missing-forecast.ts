import type { NoForecastReason } from '../../../domain/measurement/forecast.ts';
import type { NowJudgement } from '../../../domain/verdict/now-verdict.ts';

const REASONS: Readonly<Record<NoForecastReason, string>> = {
  NO_ROTATION: 'no rotation seen yet, so no forecast',
  ONE_ROTATION: 'one rotation seen so far; a forecast needs two',
  NO_TWO_IN_A_ROW: 'no two rotations in a row witnessed yet, so no forecast',
  SEVERAL_ENDPOINTS: 'several endpoints answer, so no forecast',
  ISSUED_PER_REQUEST: 'every request gets new credentials, so no forecast',
};

/** Follows a sentence about the next rotation: `; no rotation seen yet, so no forecast`. `''` with a forecast. */
export const describeMissingForecast = ({ noForecastReason: reason }: NowJudgement): string =>
  reason === null ? '' : `; ${REASONS[reason]}`;
