import type { NoForecastReason } from '../../../domain/measurement/forecast.ts';
import type { NowJudgement } from '../../../domain/verdict/now-verdict.ts';

/** Follows a sentence about the next rotation: `; no rotation seen yet, so no forecast`. `''` with a forecast. */
export const describeMissingForecast = ({ noForecastReason: reason }: NowJudgement): string =>
  reason === null ? '' : `; ${describeReason(reason)}`;

function describeReason(reason: NoForecastReason): string {
  switch (reason.code) {
    case 'NO_ROTATION':
      return 'no rotation seen yet, so no forecast';
    case 'ONE_ROTATION':
      return 'one rotation seen so far; a forecast needs two';
    case 'NONE_WITNESSED':
      return reason.rotationCount === 1
        ? 'one rotation seen so far, but not witnessed, so no forecast'
        : `${reason.rotationCount} rotations seen so far, but none witnessed, so no forecast`;
    case 'NO_TWO_IN_A_ROW':
      return 'no two rotations in a row witnessed yet, so no forecast';
    case 'SEVERAL_ENDPOINTS':
      return 'several endpoints answer, so no forecast';
    case 'ISSUED_PER_REQUEST':
      return 'every request gets new credentials, so no forecast';
  }
}
