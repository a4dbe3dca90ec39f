import { valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import { getGeneration } from '../../measurement/columns/generation-columns.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import type { IssuedCredentials, Seconds } from '../../model.ts';
import { isEndpointSource } from '../../series-key.ts';
import { secondsBetween } from '../../time/instant.ts';
import { type CurrentCredentials, type JudgePassedOptions, judgePassedCredentials } from '../now.ts';
import type { NowJudgement } from '../now-verdict.ts';

export interface JudgeNowOptions extends JudgePassedOptions {
  /** The job gets exactly these credentials. Else it sends a request, which another endpoint may answer. */
  arePassed?: boolean;
}

/**
 * Judges a job that starts now, and predicts when a later start will be safe. If several endpoints answer, the
 * credentials that expire first are judged, because the request of the job may get them.
 */
export function judgeNow(
  current: CurrentCredentials,
  { arePassed = false, ...options }: JudgeNowOptions,
): NowJudgement {
  const judgement = judgePassedCredentials(current, options);
  const measurement = options.analysis?.measurement ?? null;
  const isAskedAgain = !arePassed && isEndpointSource(current.identity.source);
  if (!isAskedAgain || measurement === null || !haveSeveralAnswered(measurement)) return judgement;
  const other = findEarliestOther(measurement, current.credentials);
  if (other === null) {
    return judgement.verdict === 'safe'
      ? {
          ...judgement,
          ...{ verdict: 'unknown', unknownReason: { code: 'SEVERAL_ENDPOINTS' } },
          ...{ outlook: 'unknown', safeUntil: null },
        }
      : judgement;
  }
  if (other.expiration >= (judgement.credentials ?? other).expiration) return judgement;
  const judged = judgePassedCredentials({ identity: current.identity, credentials: other }, options);
  return judged.credentials === null ? judged : { ...judged, returned: judgement.credentials };
}

/** Without signs of another endpoint for this long, and for this many usual gaps, one endpoint is assumed. */
const MIN_TIME_WITHOUT_SIGNS: Seconds = 3600;
const MIN_GAPS_WITHOUT_SIGNS = 20;

/** Whether another endpoint may still answer. Time without samples does not show that it is gone. */
function haveSeveralAnswered({ severalEndpoints, gaps, lastSample, usualGap }: Measurement): boolean {
  if (severalEndpoints === null) return false;
  const { lastAt } = severalEndpoints;
  let watched = secondsBetween(lastAt, lastSample);
  for (const { from, to } of gaps) if (from >= lastAt) watched -= secondsBetween(from, to);
  return watched < Math.max(MIN_TIME_WITHOUT_SIGNS, MIN_GAPS_WITHOUT_SIGNS * (usualGap ?? 0));
}

/** Of the credentials that counted as served at the newest sample, the others that expire first. Null without others. */
function findEarliestOther(measurement: Measurement, current: IssuedCredentials): IssuedCredentials | null {
  const { generations, served } = getHistoryColumns(measurement);
  let earliest: number | null = null;
  for (let index = 0; index < generations.count; index += 1) {
    if (valueAt(served.to, index) < measurement.lastSample) continue;
    const expiration = valueAt(generations.expiration, index);
    const accessKeyId = generations.accessKeyIds.at(index) ?? '';
    // Without a key id, the expiration identifies the credentials.
    const isCurrent =
      accessKeyId === '' ? expiration === current.expiration : accessKeyId === current.accessKeyId;
    if (isCurrent) continue;
    if (earliest === null || expiration < valueAt(generations.expiration, earliest)) earliest = index;
  }
  if (earliest === null) return null;
  const { accessKeyId, lastUpdated, expiration, zoneless } = getGeneration(generations, earliest);
  return { accessKeyId, lastUpdated, expiration, zoneless };
}
