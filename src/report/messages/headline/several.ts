import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { AssessedJob } from '../../../domain/verdict/assessment.ts';
import type { Job, Safety } from '../../../domain/verdict/job-verdict.ts';
import { type JudgedSeries, toSafety } from '../../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatCount, formatNumber, formatSeriesName } from '../../text/format-values.ts';
import { describeBasis, describeCopyingJob, describeResult, isSafeSoFar } from './headline.ts';

const countSafety = (judged: readonly JudgedSeries[], safety: Safety) =>
  judged.filter(({ judgement }) => toSafety(judgement.verdict) === safety).length;

const isSoFar = ({ judgement, series }: JudgedSeries) => isSafeSoFar(judgement, series.analysis.measurement);

/** Whether any of the safe verdicts comes from little history. */
export const areSafeSoFar = (judged: readonly JudgedSeries[]): boolean => judged.some(isSoFar);

/** `hosts`, if each series has a host of its own, else `series`. */
function nameSeries(judged: readonly JudgedSeries[]): string {
  const hosts = new Set(judged.map(({ series }) => series.identity.host));
  return hosts.size === judged.length ? 'hosts' : 'series';
}

/** `a 4h job that … would have failed on 2 of 5 hosts.` */
export function describeOutcomeOfSeries(job: Job, judged: readonly JudgedSeries[]): string {
  const name = describeCopyingJob(job);
  const noun = nameSeries(judged);
  const of = (count: number) =>
    count === judged.length
      ? `all ${formatNumber(count)} ${noun}`
      : `${formatNumber(count)} of ${formatNumber(judged.length)} ${noun}`;
  const notSafe = countSafety(judged, 'not-safe');
  if (notSafe > 0) return `${name} would have failed on ${of(notSafe)}.`;
  const unknown = countSafety(judged, 'unknown');
  if (unknown > 0) return `it is unknown whether ${name} is safe on ${of(unknown)}.`;
  return `${name} was safe at every start time on ${of(judged.length)}${areSafeSoFar(judged) ? ' so far' : ''}.`;
}

/** What decides the verdict of several series. @param worst in the order of their importance */
export function describeReasonOfSeries(
  worst: readonly JudgedSeries[],
  judged: readonly JudgedSeries[],
): string[] {
  const [first] = worst;
  if (first === undefined) return [];
  const { judgement, series } = first;
  const { measurement, identity } = series.analysis;
  const name = nameSeries(judged) === 'hosts' ? escapeUnprintable(identity.host) : formatSeriesName(identity);
  const unknown = countSafety(judged, 'unknown');
  const { spare } = judgement;
  switch (toSafety(judgement.verdict)) {
    case 'safe': {
      const least = spare === null ? [] : [`The least to spare was ${duration(spare)}, on ${name}.`];
      const weak = judged.filter(isSoFar).map(({ series: { analysis } }) => analysis);
      const shortest = weak.toSorted(
        (a, b) => (a.measurement?.watchedTime ?? 0) - (b.measurement?.watchedTime ?? 0),
      )[0];
      return shortest?.measurement == null
        ? least
        : [
            ...least,
            `The shortest history is ${describeBasis(shortest.measurement)}, on ${formatSeriesName(shortest.identity)}.`,
          ];
    }
    case 'not-safe': {
      const short = spare === null ? '' : `; it was up to ${duration(-spare)} short`;
      return [
        `The worst is ${name}: there, the job ${describeResult(judgement, measurement)}${short}.`,
        ...(unknown > 0 ? [`The verdict on ${formatNumber(unknown)} other series is unknown.`] : []),
      ];
    }
    case 'unknown':
      return [`An example is ${name}.`];
  }
}

/** `2 of 3 jobs would have failed at some start times.` */
export function describeOutcomeOfJobs(jobs: readonly AssessedJob[], isSafeForNow: boolean): string {
  const count = (safety: Safety) => jobs.filter(({ verdict }) => toSafety(verdict) === safety).length;
  const of = (number: number) =>
    number === jobs.length
      ? `all ${formatNumber(number)} jobs`
      : `${number} of ${formatCount(jobs.length, 'job')}`;
  if (count('not-safe') > 0) return `${of(count('not-safe'))} would have failed.`;
  if (count('unknown') > 0) return `it is unknown whether ${of(count('unknown'))} would be safe.`;
  return `${of(jobs.length)} were safe at every start time${isSafeForNow ? ' so far' : ''}.`;
}
