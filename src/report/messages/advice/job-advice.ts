import { forecastRotation } from '../../../domain/measurement/forecast.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Seconds, SourceName } from '../../../domain/model.ts';
import { formatDuration as duration, formatFlagDuration } from '../../../domain/time/duration.ts';
import { choosePollInterval } from '../../../domain/verdict/checks/poll-interval.ts';
import { isShortOnlyByWindows } from '../../../domain/verdict/checks/rotation-windows.ts';
import { findMissingEvidence } from '../../../domain/verdict/evidence.ts';
import { toSafety } from '../../../domain/verdict/figures/severity.ts';
import { DEFAULT_MARGIN, MIN_START_TIME } from '../../../domain/verdict/job.ts';
import type { JobJudgement, JobRequirement } from '../../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { formatAbout } from '../../text/rough-duration.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { describeBasis } from '../verdicts.ts';
import { adviseOnAge } from './age.ts';
import { LONGER_VALIDITY_ADVICE, REFRESH_ADVICE } from './refresh-advice.ts';
import { describeShortStartTime } from './short-start-time.ts';
import { describeUnknownReason, type HistorySource } from './unknown-reasons.ts';
import { adviseWait } from './wait.ts';

/** The host asks AWS for the credentials at each poll, and AWS never issues expired ones. */
const WRONG_CLOCK_ADVICE =
  "new credentials of AWS were already expired by this host's clock: correct the clock, then poll again";

/** What to do if samples were taken after the expiration. Nothing serves variables and files. */
const SERVED_EXPIRED_ADVICE: Record<SourceName, string> = {
  imds: 'repair the program that serves the credentials: it served them after they had expired, so every job can fail, even if it refreshes',
  container:
    'repair the agent that serves the credentials: it served them after they had expired, so every job can fail, even if it refreshes',
  environment:
    'the keys in the environment variables had expired: set new ones, or unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN so that SDKs use another provider; then restart the programs that have the old variables',
  profile:
    'the keys of the profile had expired: log in again, or run the program that writes the profile; then restart the programs that read the old keys',
  process:
    'the process returned credentials that had expired: clear its cache or log in again, and let it request new credentials before the old ones expire',
  'web-identity': WRONG_CLOCK_ADVICE,
  role: WRONG_CLOCK_ADVICE,
  sso: WRONG_CLOCK_ADVICE,
  github: WRONG_CLOCK_ADVICE,
};

/** In a log whose times are not compared with AWS's clock, these are likelier causes than the endpoint. */
const WRONG_LOG_TIMES_ADVICE =
  'samples of the imported log are later than the expiration of their credentials: first check the time zone of the log (import --timezone) and the clock of the host that wrote it';

const OTHER_ENDPOINT_MESSAGE =
  'do not wait for a rotation: the next request may get the older credentials of another endpoint';

/**
 * What to do about a verdict; empty for `safe` with enough evidence.
 * @param source null if it is unknown
 */
export function listAdvice(
  judgement: JobJudgement,
  measurement: Measurement | null,
  times: TimeFormat = UTC_TIMES,
  source: SourceName | null = null,
  history: HistorySource = 'polled',
): string[] {
  switch (toSafety(judgement.verdict)) {
    case 'safe':
      return measurement === null ? [] : adviseOnEvidence(measurement, history);
    case 'not-safe':
      return listNotSafeAdvice(judgement, measurement, source, history);
    case 'unknown':
      return judgement.unknownReasons.map((reason) =>
        describeUnknownReason(reason, measurement, times, history),
      );
  }
}

/** The command that starts a job only in a safe time. */
function adviseWaiting(
  { duration: length, margin }: JobRequirement,
  measurement: Measurement | null,
): string[] {
  const forecast = measurement && forecastRotation(measurement);
  if (forecast === null) return [];
  const { flag, reason } = adviseWait(forecast, length + margin);
  const marginFlag = margin === DEFAULT_MARGIN ? '' : ` --margin ${formatFlagDuration(margin)}`;
  return [
    `\`cred-watch exec -j ${formatFlagDuration(length)}${marginFlag} ${flag} -- COMMAND\` waits for such a time (${reason})`,
  ];
}

function adviseOnEvidence(measurement: Measurement, history: HistorySource): string[] {
  const missing = findMissingEvidence(measurement);
  if (missing === null) return [];
  const { isIssuedPerRequest, rotationInterval } = measurement;
  const interval =
    missing.observations === 0 ? 0 : isIssuedPerRequest ? null : (rotationInterval?.median ?? null);
  const seconds = interval === null ? null : Math.max(missing.observations * interval, missing.time);
  const amount = seconds === null ? 'more' : `${formatAbout(seconds)} more`;
  const rule = missing.observations > 0 ? '. With --confidence 95%, such a verdict is unknown' : '';
  const actions = { polled: `: collect ${amount}`, imported: `: import ${amount}`, ended: '' };
  return [`the history is short (${describeBasis(measurement)})${actions[history]}${rule}`];
}

/** As {@link listAdvice}, for a series. */
export function listSeriesAdvice(
  judgement: JobJudgement,
  series: Pick<SeriesAnalysis, 'measurement' | 'identity' | 'isPolled' | 'maxAge' | 'age' | 'findings'>,
  times: TimeFormat = UTC_TIMES,
  isRetired = false,
): string[] {
  // A history that has ended gets no longer, so its age comes instead of its length.
  const aged = judgement.verdict === 'safe' && !isRetired ? adviseOnAge(series, times) : [];
  if (aged.length > 0) return aged;
  const history = isRetired ? 'ended' : series.isPolled ? 'polled' : 'imported';
  const advice = listAdvice(judgement, series.measurement, times, series.identity.source, history);
  if (toSafety(judgement.verdict) !== 'not-safe' || !mayHaveWrongTimes(series)) return advice;
  const [repair, ...others] = advice;
  return [WRONG_LOG_TIMES_ADVICE, `if both are right, ${repair ?? ''}`, ...others];
}

/** Whether a wrong zone or clock of a log can explain expired credentials in samples. */
const mayHaveWrongTimes = ({
  isPolled,
  measurement,
  findings,
}: Pick<SeriesAnalysis, 'isPolled' | 'measurement' | 'findings'>): boolean =>
  !isPolled &&
  measurement !== null &&
  measurement.sampledMinimum.seconds < 0 &&
  findings.some(({ code }) => code === 'CLOCK_UNKNOWN');

function listNotSafeAdvice(
  judgement: JobJudgement,
  measurement: Measurement | null,
  source: SourceName | null,
  history: HistorySource,
): string[] {
  const { verdict, required } = judgement;
  // A client that refreshes gets the expired credentials, too. The next rotation can be late again.
  if (measurement !== null && measurement.sampledMinimum.seconds < 0) {
    const advice = SERVED_EXPIRED_ADVICE[source ?? 'imds'];
    // New keys in variables or a file are also a copy, so the job has to be shorter all the same.
    return verdict === 'never' ? [advice, `and ${REFRESH_ADVICE}`] : [advice];
  }
  const narrower = measurement === null ? [] : adviseOnWindows(measurement, required, history);
  return narrower.length === 0
    ? adviseOnStarts(judgement, measurement)
    : [...narrower, ...adviseOnStarts(judgement, measurement).map(addElse)];
}

const addElse = (advice: string, index: number): string =>
  index > 0 || advice.startsWith('`') ? advice : `if the job is still not safe, ${advice}`;

/** The times of the rotations are too uncertain for a verdict that many polls would give. */
function adviseOnWindows(measurement: Measurement, required: Seconds, history: HistorySource): string[] {
  const { rotationWindow, rotationInterval, usualGap } = measurement;
  if (rotationWindow === null || rotationInterval === null || usualGap === null) return [];
  const every = choosePollInterval(rotationInterval.median);
  if (usualGap <= every || !isShortOnlyByWindows(measurement, required)) return [];
  const first = {
    polled: `first poll every ${duration(every)} and judge again: `,
    imported: `first import a log with a sample every ${duration(every)} and judge again: `,
    ended: '',
  }[history];
  return [
    `${first}rotations are known only to within ${duration(rotationWindow.max)} and count at their latest time; at their earliest time, the job would be safe`,
  ];
}

function adviseOnStarts(
  { verdict, safeTimeAfterRotation, job }: JobJudgement,
  measurement: Measurement | null,
): string[] {
  if (measurement?.isIssuedPerRequest) return [LONGER_VALIDITY_ADVICE, `or ${REFRESH_ADVICE}`];
  if (safeTimeAfterRotation !== null) {
    return safeTimeAfterRotation < MIN_START_TIME
      ? [`${describeShortStartTime(safeTimeAfterRotation)}: ${REFRESH_ADVICE}`]
      : [
          `start the job within ${duration(safeTimeAfterRotation)} after a rotation: all measured starts in that time were safe`,
          ...adviseWaiting(job, measurement),
          `or ${REFRESH_ADVICE}`,
        ];
  }
  return verdict === 'sometimes' && measurement !== null && measurement.severalEndpoints !== null
    ? [REFRESH_ADVICE, OTHER_ENDPOINT_MESSAGE]
    : [REFRESH_ADVICE];
}
