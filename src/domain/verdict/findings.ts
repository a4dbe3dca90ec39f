import { areOverlapping } from '../measurement/generations.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { earliestRotationTime } from '../measurement/rotations.ts';
import { minBy, range } from '../measurement/statistics.ts';
import type { Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Finding, FindingCode } from './finding.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** What AWS promises: new credentials at least five minutes before the old ones expire. */
const PROMISED_LEAD_TIME: Seconds = 300;

/** More than this between the host's clock and AWS's, or a document's future, is worth a word. */
export const NOTABLE_CLOCK_OFFSET: Seconds = 60;

/** IMDS rotates about hourly; twice that without a rotation is the earliest warning there is. */
const IMDS_USUAL_AGE: Seconds = 7200;

/** How much longer than the longest interval seen a generation may be served before it is overdue. */
const OVERDUE_RATIO = 1.5;

/** Intervals that a person would choose for a timer. */
const POLL_INTERVALS: readonly Seconds[] = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800];
const DEFAULT_POLL_INTERVAL: Seconds = 300;

type Context = Omit<SeriesAnalysis, 'findings'>;
type Check = (context: Context, measurement: Measurement) => Finding | null;

/** Every check, in the order in which findings are told: what endangers a job first. */
const CHECKS: readonly Check[] = [
  servedExpired,
  rotationTooLate,
  rotationOverdue,
  issuedPerRequest,
  twoAtOnce,
  expirationExtended,
  issuedInFuture,
  staleSamples,
  pollingGap,
  pollsTooRare,
  clockSkew,
  clockUnknown,
  zonelessTime,
  imdsV1Used,
];

export function findFindings(context: Context): Finding[] {
  const { measurement } = context;
  const measured = measurement === null ? [] : CHECKS.flatMap((check) => check(context, measurement) ?? []);
  return [...measured, ...pollsFailed(context)];
}

const problem = (code: FindingCode, args: Finding['args']): Finding => ({ code, severity: 'problem', args });
const note = (code: FindingCode, args: Finding['args'] = {}): Finding => ({ code, severity: 'note', args });

function servedExpired(_: Context, { sampledMinimum }: Measurement): Finding | null {
  if (sampledMinimum.seconds >= 0) return null;
  return problem('SERVED_EXPIRED', { at: sampledMinimum.at, seconds: -sampledMinimum.seconds });
}

function rotationTooLate(_: Context, { rotations }: Measurement): Finding | null {
  const late = rotations.filter(({ isWitnessed, leadTime }) => isWitnessed && leadTime < PROMISED_LEAD_TIME);
  const worst = minBy(late, ({ leadTime }) => leadTime);
  if (worst === null) return null;
  // One that was seen in a window, or moved by a lag, may have come earlier and in time.
  const certain = late.every(
    (each) => secondsBetween(earliestRotationTime(each), each.from.expiration) < PROMISED_LEAD_TIME,
  );
  return problem('ROTATION_TOO_LATE', {
    count: late.length,
    seconds: worst.leadTime,
    at: worst.at,
    certain,
  });
}

function rotationOverdue({ identity }: Context, measurement: Measurement): Finding | null {
  const { generations, rotationInterval, servedPeriods, lastSample } = measurement;
  const newest = generations.at(-1)!;
  if (measurement.isIssuedPerRequest || newest.lastSeen < lastSample) return null;
  const begun = Math.min(newest.lastUpdated ?? Number.POSITIVE_INFINITY, servedPeriods.at(-1)!.from);
  const age = secondsBetween(begun, lastSample);
  const usual = rotationInterval?.max ?? (identity.source === 'imds' ? IMDS_USUAL_AGE : null);
  const limit = rotationInterval === null ? usual : Math.ceil(OVERDUE_RATIO * rotationInterval.max);
  if (usual === null || limit === null || age <= limit) return null;
  return problem('ROTATION_OVERDUE', {
    seconds: age,
    usualSeconds: usual,
    learned: rotationInterval !== null,
  });
}

function issuedPerRequest(_: Context, measurement: Measurement): Finding | null {
  if (!measurement.isIssuedPerRequest) return null;
  return note('ISSUED_PER_REQUEST', { generations: measurement.generations.length });
}

function twoAtOnce(_: Context, { generations }: Measurement): Finding | null {
  const count = generations.filter((to, index) => {
    const from = generations[index - 1];
    return from !== undefined && areOverlapping(from, to);
  }).length;
  return count === 0 ? null : problem('TWO_AT_ONCE', { count });
}

function expirationExtended(_: Context, { generations }: Measurement): Finding | null {
  const extended = generations.filter(({ expiration, latestExpiration }) => latestExpiration > expiration);
  const most = range(
    extended.map(({ expiration, latestExpiration }) => secondsBetween(expiration, latestExpiration)),
  );
  return most === null ? null : problem('EXPIRATION_EXTENDED', { count: extended.length, seconds: most.max });
}

function issuedInFuture(_: Context, { generations }: Measurement): Finding | null {
  const leads = generations.flatMap(({ lastUpdated, firstSeen }) =>
    lastUpdated === null ? [] : secondsBetween(firstSeen, lastUpdated),
  );
  const ahead = leads.filter((seconds) => seconds > NOTABLE_CLOCK_OFFSET);
  const most = range(ahead);
  return most === null ? null : problem('ISSUED_IN_FUTURE', { count: ahead.length, seconds: most.max });
}

function staleSamples({ age, maxAge }: Context, { lastSample }: Measurement): Finding | null {
  if (age === null || maxAge === null || age <= maxAge) return null;
  return problem('STALE_SAMPLES', { seconds: age, maxAgeSeconds: maxAge, at: lastSample });
}

function pollingGap(_: Context, { gaps }: Measurement): Finding | null {
  const longest = minBy(gaps, ({ from, to }) => from - to);
  if (longest === null) return null;
  const seconds = gaps.reduce((sum, { from, to }) => sum + secondsBetween(from, to), 0);
  return note('POLLING_GAP', {
    count: gaps.length,
    seconds,
    longestSeconds: secondsBetween(longest.from, longest.to),
    from: longest.from,
  });
}

function pollsTooRare(_: Context, measurement: Measurement): Finding | null {
  const { usualGap, rotationInterval, isIssuedPerRequest: perRequest } = measurement;
  if (usualGap === null || perRequest) return null;
  const usual = rotationInterval?.median ?? null;
  const isTooRare = usual === null ? areRotationsMissed(measurement, usualGap) : usualGap > usual / 2;
  if (!isTooRare) return null;
  const every = usual === null ? Math.min(DEFAULT_POLL_INTERVAL, usualGap) : pollInterval(usual);
  return note('POLLS_TOO_RARE', { seconds: usualGap, everySeconds: every });
}

/** No interval is known, and not because of one pause: no generation was followed from one sample to the next. */
function areRotationsMissed({ rotations, generations }: Measurement, usualGap: Seconds): boolean {
  const followed = range(
    generations.map(({ firstSeen, lastSeen }) => secondsBetween(firstSeen, lastSeen)),
  )!.max;
  return rotations.some(({ isWitnessed }) => !isWitnessed) && followed < usualGap;
}

/** A quarter of the usual interval or less: rotations are then seen even when a poll fails. */
function pollInterval(usualInterval: Seconds): Seconds {
  return POLL_INTERVALS.findLast((each) => each <= usualInterval / 4) ?? POLL_INTERVALS[0]!;
}

function clockSkew(_: Context, { generations }: Measurement): Finding | null {
  const offsets = generations.flatMap(({ smallestClockOffset, largestClockOffset }) =>
    smallestClockOffset === null || largestClockOffset === null
      ? []
      : [smallestClockOffset, largestClockOffset],
  );
  const most = minBy(offsets, (offset) => -Math.abs(offset));
  if (most === null || Math.abs(most) <= NOTABLE_CLOCK_OFFSET) return null;
  return problem('CLOCK_SKEW', { seconds: most });
}

function clockUnknown(_: Context, { generations }: Measurement): Finding | null {
  const count = generations.filter(({ smallestClockOffset }) => smallestClockOffset === null).length;
  return count === 0 ? null : note('CLOCK_UNKNOWN', { count, all: count === generations.length });
}

function zonelessTime(_: Context, { generations }: Measurement): Finding | null {
  const count = generations.filter(({ zoneless }) => zoneless).length;
  return count === 0 ? null : note('ZONELESS_TIME', { count });
}

function imdsV1Used({ identity }: Context): Finding | null {
  return identity.source === 'imds' && identity.apiVersion === '1' ? note('IMDS_V1_USED') : null;
}

function pollsFailed({ failedPolls }: Context): Finding[] {
  const count = failedPolls.reduce((sum, each) => sum + each.count, 0);
  const latest = minBy(failedPolls, ({ lastAt }) => -lastAt);
  if (latest === null || count === 0) return [];
  return [problem('POLLS_FAILED', { count, reason: latest.reason, at: latest.lastAt })];
}
