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
  const { earliest, areAllRecent } = findOthers(measurement, current.credentials);
  if (earliest === null) return withoutOthers(judgement);
  const judged = judgeEarliest(judgement, { identity: current.identity, credentials: earliest }, options);
  return areAllRecent ? judged : withoutOthers(judged);
}

function judgeEarliest(judgement: NowJudgement, other: CurrentCredentials, options: JudgePassedOptions) {
  const { expiration } = other.credentials;
  if (expiration >= (judgement.credentials?.expiration ?? expiration)) return judgement;
  const judged = judgePassedCredentials(other, options);
  return judged.credentials === null ? judged : { ...judged, returned: judgement.credentials };
}

/** The credentials of another endpoint are not known, so no start is certainly safe. */
const withoutOthers = (judgement: NowJudgement): NowJudgement =>
  judgement.verdict === 'safe'
    ? {
        ...judgement,
        ...{ verdict: 'unknown', unknownReason: { code: 'SEVERAL_ENDPOINTS' } },
        ...{ outlook: 'unknown', safeUntil: null },
      }
    : judgement;

/**
 * Without signs of another endpoint for this long, and for this many usual gaps, one endpoint is assumed. Of an endpoint
 * that answers 10 % of the requests, 60 samples in a row show nothing with a chance of 0.2 %, and 20 samples with 12 %.
 */
const MIN_TIME_WITHOUT_SIGNS: Seconds = 3600;
const MIN_PAUSES_WITHOUT_SIGNS = 60;

/** Whether another endpoint may still answer. Time without samples does not show that it is gone. */
function haveSeveralAnswered({ severalEndpoints, gaps, lastSample, usualGap }: Measurement): boolean {
  if (severalEndpoints === null) return false;
  const { lastAt } = severalEndpoints;
  let watched = secondsBetween(lastAt, lastSample);
  for (const { from, to } of gaps) if (from >= lastAt) watched -= secondsBetween(from, to);
  return watched < Math.max(MIN_TIME_WITHOUT_SIGNS, MIN_PAUSES_WITHOUT_SIGNS * (usualGap ?? 0));
}

interface OtherCredentials {
  /** Of the credentials that counted as served at the newest sample, the others that expire first. Null without others. */
  earliest: IssuedCredentials | null;
  /** The newest sign of another endpoint is as recent as these. Else they may be of the same endpoint, before its rotation. */
  areAllRecent: boolean;
}

function findOthers(measurement: Measurement, current: IssuedCredentials): OtherCredentials {
  const { generations, served } = getHistoryColumns(measurement);
  let earliest: number | null = null;
  let oldestSeen = Number.POSITIVE_INFINITY;
  for (let index = 0; index < generations.count; index += 1) {
    if (valueAt(served.to, index) < measurement.lastSample) continue;
    const expiration = valueAt(generations.expiration, index);
    const accessKeyId = generations.accessKeyIds.at(index) ?? '';
    // Without a key id, the expiration identifies the credentials.
    const isCurrent =
      accessKeyId === '' ? expiration === current.expiration : accessKeyId === current.accessKeyId;
    if (isCurrent) continue;
    oldestSeen = Math.min(oldestSeen, valueAt(generations.lastSeen, index));
    if (earliest === null || expiration < valueAt(generations.expiration, earliest)) earliest = index;
  }
  const areAllRecent = (measurement.severalEndpoints?.lastAt ?? 0) >= oldestSeen;
  if (earliest === null) return { earliest, areAllRecent };
  const { accessKeyId, lastUpdated, expiration, zoneless } = getGeneration(generations, earliest);
  return { earliest: { accessKeyId, lastUpdated, expiration, zoneless }, areAllRecent };
}
