import type { Seconds } from '../../domain/model.ts';
import type { PresignedUrls } from '../../domain/presigned/url-lifetimes.ts';
import { hasSamples, type Status } from '../../domain/status/status.ts';
import { findWorstVerdict, toSafety } from '../../domain/verdict/figures/severity.ts';
import { getStatedSpare } from '../../domain/verdict/judgements.ts';
import { describePresignedVerdict, listStatusParts } from '../messages/status/status-parts.ts';
import { formatNagiosLine, formatRemainingData } from '../text/nagios-line.ts';
import type { TimeFormat } from '../text/time-format.ts';

/**
 * Without a job, the state is OK, because a measurement alone is not a problem. Without a sample, it is UNKNOWN.
 * @param presigned the worst requested duration of presigned URLs
 */
export function renderStatusNagiosLine(
  status: Status,
  times: TimeFormat,
  presigned: Pick<PresignedUrls, 'requested' | 'verdict'> | null = null,
): string {
  const verdicts = [status.verdict, presigned?.verdict ?? null];
  const worst = findWorstVerdict(verdicts.filter((verdict) => verdict !== null));
  const texts = listStatusParts(status, times).map(({ text }) => text);
  if (presigned !== null) texts.push(describePresignedVerdict(presigned.requested, presigned.verdict));
  const safety = worst === null ? (hasSamples(status) ? 'safe' : 'unknown') : toSafety(worst);
  return formatNagiosLine(safety, texts.join(', '), formatData(status));
}

/** Labels have at most 19 characters, which is the limit of RRD. */
function formatData({ series, seriesCount, failing }: Status): string {
  const measured = series?.measured ?? null;
  const judgement = series?.judgement ?? null;
  const data = [`'series'=${seriesCount};;;0;`, `'failing_sources'=${failing.length};;;0;`];
  if (series === null || measured === null) return data.join(' ');
  const { worstCase, witnessedCount, watchedTime, current, ageSeconds } = measured;
  const required = judgement?.required ?? null;
  const spare = judgement && getStatedSpare(judgement);
  return [
    formatSeconds('worst_case', worstCase.seconds, required),
    ...(spare === null ? [] : [formatSeconds('spare', spare, 0)]),
    ...(current === null ||
    !(series.isPolled || series.lastPoll?.failure != null || (current.isRecent && current.remaining >= 0))
      ? []
      : [formatRemainingData(current.remaining, null, null)]),
    `'rotations'=${witnessedCount};;;0;`,
    `'watched'=${watchedTime}s;;;0;`,
    `'last_sample_age'=${ageSeconds}s;;;;`,
    ...data,
  ].join(' ');
}

/** @param least critical below this value; null without a limit */
const formatSeconds = (label: string, value: Seconds, least: Seconds | null) =>
  `'${label}'=${value}s;;${least === null ? '' : `${least}:`};;`;
