import { isClockWrong } from '../../domain/aws-limits.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { describeFinding } from '../messages/findings.ts';
import {
  buildNowAdvice,
  describeLaterExpiration,
  describeNowUnknownReason,
  describeNowVerdict,
  describeOtherStarts,
  describeOutlook,
  describeReturned,
  type NamedDatabase,
  type WaitState,
} from '../messages/now.ts';
import {
  CORRECT_CLOCK_HINT,
  describeClockSkewNow,
  describeWrongClock,
} from '../messages/start-check/host-clock.ts';
import { describeStoredHistory } from '../messages/start-check/stored-history.ts';
import { describeClockOfTimes, describeForecast } from '../messages/start-check/times.ts';
import { describeUsedHistory } from '../messages/start-check/used-history.ts';
import { createPalette, paintBySafety } from '../terminal/colour.ts';
import { layOutRows } from '../terminal/layout.ts';
import type { TimedTextStyle } from '../terminal/text-style.ts';
import { formatRemaining, formatSeriesName, maskKeyId } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';

export interface NowContext extends WaitState, TimedTextStyle {
  /** Other hosts, or other roles of the host, with samples that the judgement does not use. */
  otherSeries?: readonly string[];
  /** The time since the stored sample that is judged. Absent or null after a poll, or without a sample. */
  sampleAge?: Seconds | null;
  /** The value of `--db`. Null without the flag. */
  database?: NamedDatabase | null;
}

/** The verdict in the first line, then its reasons. */
export function renderNowText(judgement: NowJudgement, context: NowContext): string {
  const palette = createPalette(context);
  const headline = paintBySafety(judgement.verdict, describeNowVerdict(judgement), palette);
  return `${headline}\n${layOutRows(listRows(judgement, context), context.width, palette)}`;
}

function listRows(judgement: NowJudgement, context: NowContext): [string, string][] {
  const { job, required, credentials, identity, remaining, judgedAt, unknownReason, clockOffset } = judgement;
  const { nextRotation, validityAfterRotation, laterExpiration, returned } = judgement;
  const { times } = context;
  const rows: [string, string][] = [];
  if (unknownReason !== null) {
    const { message, hint } = describeNowUnknownReason(unknownReason);
    rows.push(['because', message], ['what to do', hint]);
  }
  const isWrong = isClockWrong(clockOffset);
  if (isWrong && unknownReason === null)
    rows.push(
      [judgement.verdict === 'safe' ? 'attention' : 'because', describeWrongClock(clockOffset)],
      ['what to do', CORRECT_CLOCK_HINT],
    );
  if (identity !== null && credentials !== null) {
    rows.push(
      ['credentials', `${formatSeriesName(identity)}  ${maskKeyId(credentials.accessKeyId)}`],
      ['expire', `${times.timestamp(credentials.expiration)}, ${formatRemaining(remaining)}`],
    );
    if (returned !== null)
      rows.push([
        'this request',
        `${maskKeyId(returned.accessKeyId)}, ${describeReturned(formatRemaining(secondsBetween(judgedAt, returned.expiration)))}`,
      ]);
    if (isWrong && clockOffset > 0)
      rows.push(['', `by the host's clock; ${formatRemaining(remaining + clockOffset)} by AWS's clock`]);
    const clock = describeClockOfTimes(judgement);
    if (clock !== null) rows.push(['', clock]);
    if (laterExpiration !== null) rows.push(['', describeLaterExpiration(laterExpiration, times)]);
  }
  const { sampleAge = null } = context;
  // A clock that was set back makes the age negative. The reason for the verdict then says so.
  if (sampleAge !== null && sampleAge >= 0) rows.push(['newest sample', `${duration(sampleAge)} ago`]);
  if (unknownReason?.code !== 'POLL_FAILED')
    rows.push(['required', `${duration(required)}: the job and a margin of ${duration(job.margin)}`]);
  const findings = judgement.findings.filter(({ code }) => !isWrong || code !== 'CLOCK_SKEW');
  for (const finding of findings) rows.push(['note', describeNote(finding, times)]);
  if (judgement.verdict === 'safe') {
    rows.push(['a safe start', describeOutlook(judgement, times)]);
    return job.duration === 0
      ? rows
      : [...rows, ['at any time', describeOtherStarts(job, context.database ?? null)]];
  }
  if (unknownReason?.code === 'POLL_FAILED') {
    // No credentials were read, so the time of their rotation says nothing about a start.
    const stored = describeStoredHistory(judgement);
    return stored === null ? rows : [...rows, stored];
  }
  const newestSample = judgedAt - (sampleAge ?? 0) * 1000;
  if (nextRotation !== null)
    rows.push(['next rotation', describeForecast(nextRotation, judgedAt, times, newestSample)]);
  if (validityAfterRotation !== null && judgement.outlook !== 'never') {
    const { min, max } = validityAfterRotation;
    const range = min === max ? duration(min) : `${duration(min)} to ${duration(max)}`;
    rows.push([labelNextValidity(judgement), `${range}, as measured so far`]);
  }
  rows.push(['a safe start', describeOutlook(judgement, times)]);
  // Without a sample, no series is theirs.
  const history = credentials === null ? null : describeUsedHistory(context.otherSeries ?? []);
  if (history !== null) rows.push(['history', history]);
  const advice = buildNowAdvice(judgement, context);
  if (unknownReason === null && !isWrong && advice !== '') rows.push(['what to do', advice]);
  return rows;
}

function labelNextValidity({ findings, nextRotation }: NowJudgement): string {
  if (findings.some(({ code }) => code === 'ISSUED_PER_REQUEST')) return 'next request';
  return nextRotation === null ? 'after rotation' : 'validity then';
}

const describeNote = (finding: Finding, times: TimeFormat) =>
  finding.code === 'CLOCK_SKEW'
    ? describeClockSkewNow(finding.offsetSeconds)
    : describeFinding(finding, [], times);
