import { range } from '../../../domain/measurement/statistics.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../../domain/verdict/assessment.ts';
import { toSafety } from '../../../domain/verdict/figures/severity.ts';
import type { Job, Safety } from '../../../domain/verdict/job-verdict.ts';
import { findJudgedSeries, type JudgedSeries } from '../../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import {
  formatNumber,
  formatRemainingShare,
  formatSeriesName,
  formatShare,
} from '../../text/format-values.ts';
import { findKnownShare } from '../measurements.ts';
import { describeBasis, formatSafety, isSafeSoFar, SAFE_SO_FAR, WATCHED_ENOUGH } from '../verdicts.ts';
import { describeCopyingJob, describeResult, nameStartTimes } from './headline.ts';

const countSafety = (judged: readonly JudgedSeries[], safety: Safety) =>
  judged.filter(({ judgement }) => toSafety(judgement.verdict) === safety).length;

const isSoFar = ({ judgement, series }: JudgedSeries) => isSafeSoFar(judgement, series.analysis.measurement);

/** Whether any of the safe verdicts comes from little history. */
export const areSafeSoFar = (judged: readonly JudgedSeries[]): boolean => judged.some(isSoFar);

/** The state of all jobs: `safe so far`, `safe`, `not safe` or `unknown`. */
export function formatStateOfJobs(assessment: Assessment): string {
  const { jobs, verdict } = assessment;
  const judged = jobs.flatMap((job) => findJudgedSeries(job, assessment));
  return verdict === 'safe' && areSafeSoFar(judged) ? SAFE_SO_FAR : formatSafety(verdict ?? 'unknown');
}

/** `hosts`, if each series of the report has a host of its own, else `series`. */
function nameSeries(all: readonly AssessedSeries[]): string {
  const hosts = new Set(all.map(({ identity }) => identity.host));
  return hosts.size === all.length ? 'hosts' : 'series';
}

/** `2 of 3 hosts with a verdict`. An unknown verdict says nothing about a host. Follows `is not safe on`. */
function countNotSafe(judged: readonly JudgedSeries[], noun: string): string {
  const count = countSafety(judged, 'not-safe');
  const known = judged.length - countSafety(judged, 'unknown');
  const one = noun === 'hosts' ? 'host' : noun;
  const which =
    known === 1
      ? `the only ${one}`
      : count === known
        ? nameAny(known, noun, one)
        : countOf(count, known, noun);
  return known === judged.length ? which : `${which} with a verdict`;
}

/** `not safe on all 5 hosts` could mean that some of them are safe. */
const nameAny = (total: number, noun: string, one: string): string =>
  total === 2 ? `either ${one}` : `any of the ${formatNumber(total)} ${noun}`;

/** `both hosts`, `all 5 hosts`, `2 of 5 hosts`. */
function countOf(count: number, total: number, noun: string): string {
  if (count < total) return `${formatNumber(count)} of ${formatNumber(total)} ${noun}`;
  return total === 2 ? `both ${noun}` : `all ${formatNumber(total)} ${noun}`;
}

/**
 * `a 4h job that … is not safe on 2 of 5 hosts.`
 * @param all series of the report
 */
export function describeOutcomeOfSeries(
  job: Job,
  judged: readonly JudgedSeries[],
  all: readonly AssessedSeries[],
): string {
  const name = describeCopyingJob(job);
  const noun = nameSeries(all);
  const of = (count: number) => countOf(count, judged.length, noun);
  if (countSafety(judged, 'not-safe') > 0) return `${name} is not safe on ${countNotSafe(judged, noun)}.`;
  const unknown = countSafety(judged, 'unknown');
  if (unknown > 0) return `on ${of(unknown)}, it is unknown whether ${name} is safe at any start time.`;
  const startTimes = nameStartTimes(judged.map(({ judgement }) => judgement));
  return `${name} was safe ${startTimes} on ${of(judged.length)}${areSafeSoFar(judged) ? ' so far' : ''}.`;
}

/**
 * What decides the verdict of several series.
 * @param worst in the order of their importance
 * @param all series of the report
 */
export function describeReasonOfSeries(
  worst: readonly JudgedSeries[],
  judged: readonly JudgedSeries[],
  all: readonly AssessedSeries[],
): string[] {
  const [first] = worst;
  if (first === undefined) return [];
  const { judgement, series } = first;
  const { measurement, identity } = series.analysis;
  const name = nameSeries(all) === 'hosts' ? escapeUnprintable(identity.host) : formatSeriesName(identity);
  const unknown = countSafety(judged, 'unknown');
  const { spare } = judgement;
  switch (toSafety(judgement.verdict)) {
    case 'safe': {
      const least = spare === null ? [] : [`The least to spare was ${duration(spare)}, on ${name}.`];
      const watched = describeLeastWatched(judged);
      const weak = judged.filter(isSoFar).map(({ series: { analysis } }) => analysis);
      const shortest = weak.toSorted(
        (a, b) => (a.measurement?.watchedTime ?? 0) - (b.measurement?.watchedTime ?? 0),
      )[0];
      return shortest?.measurement == null
        ? [...least, ...watched]
        : [
            ...least,
            ...watched,
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
      return [unknown === 1 ? `There is no verdict for ${name}.` : `An example is ${name}.`];
  }
}

/** The series with the smallest share of watched time, if that is too little. */
function describeLeastWatched(judged: readonly JudgedSeries[]): string[] {
  const [least] = judged.toSorted(
    (a, b) => (a.judgement.watchedShare ?? 1) - (b.judgement.watchedShare ?? 1),
  );
  const share = least?.judgement.watchedShare ?? 1;
  if (least === undefined || share >= WATCHED_ENOUGH) return [];
  const name = formatSeriesName(least.series.analysis.identity);
  return [`Only ${formatShare(share)} of the time was watched on ${name}.`];
}

/** `: at worst, 0.98% of starts were not safe`. @param judged all series of all jobs */
function describeWorstShare(judged: readonly JudgedSeries[]): string {
  const unsafe = judged.flatMap(({ judgement, series }) => {
    const { verdict } = judgement;
    if (toSafety(verdict) !== 'not-safe') return [];
    return [verdict === 'never' ? 0 : (findKnownShare(judgement, series.analysis.measurement) ?? 1)];
  });
  const worst = range(unsafe)?.min ?? 1;
  // A start that was not safe can be too short for a share.
  if (worst === 1) return '';
  const starts = worst === 0 ? 'no start was safe' : `${formatRemainingShare(worst)} of starts were not safe`;
  return `: ${unsafe.length === 1 ? '' : 'at worst, '}${starts}`;
}

/** `1 of 3 jobs is not safe: 0.98% of starts were not safe.` @param judged all series of all jobs */
export function describeOutcomeOfJobs(
  jobs: readonly AssessedJob[],
  judged: readonly JudgedSeries[],
  isSafeForNow: boolean,
): string {
  const count = (safety: Safety) => jobs.filter(({ verdict }) => toSafety(verdict) === safety).length;
  const total = jobs.length;
  const notSafe = count('not-safe');
  if (notSafe > 0) {
    const which =
      notSafe === total
        ? `${nameNone(total)} is safe`
        : `${countOf(notSafe, total, 'jobs')} ${notSafe === 1 ? 'is' : 'are'} not safe`;
    return `${which}${describeWorstShare(judged)}.`;
  }
  const unknown = count('unknown');
  if (unknown === total) return `${nameNone(total)} has a verdict.`;
  if (unknown > 0) return `${countOf(unknown, total, 'jobs')} ${unknown === 1 ? 'has' : 'have'} no verdict.`;
  const startTimes = nameStartTimes(judged.map(({ judgement }) => judgement));
  return `${countOf(total, total, 'jobs')} were safe ${startTimes}${isSafeForNow ? ' so far' : ''}.`;
}

/** `neither job`, `none of the 3 jobs`. */
const nameNone = (total: number): string =>
  total === 2 ? 'neither job' : `none of the ${formatNumber(total)} jobs`;
