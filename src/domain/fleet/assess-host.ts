import { hasMeasuredRotation } from '../measurement/measurement.ts';
import { minBy, range } from '../measurement/statistics.ts';
import type { Seconds } from '../model.ts';
import type { EvidenceRules } from '../verdict/confidence.ts';
import { isWellFounded } from '../verdict/evidence.ts';
import {
  chooseJudgingSeries,
  findRetired,
  type Replacement,
  type SeriesSpan,
} from '../verdict/figures/choose-series.ts';
import { compareSeverity, findMostSevere, type Severity } from '../verdict/figures/severity.ts';
import { judgeFigures } from '../verdict/job.ts';
import { type Job, VERDICT_WITHOUT_SAMPLES } from '../verdict/job-verdict.ts';
import { getStatedSpare } from '../verdict/judgements.ts';
import type { Freshness } from '../verdict/series-analysis.ts';
import type {
  AssessedFleet,
  AssessedHost,
  FleetJob,
  HostJudgement,
  SmallestWorstCase,
} from './assessed-fleet.ts';
import type { FleetHost } from './fleet-host.ts';
import { toJudgedFigures } from './judge-series.ts';
import type { SeriesFigures } from './series-figures.ts';
import { findNewestSample } from './silent-hosts.ts';

export interface HostRules extends Freshness, EvidenceRules {
  /** Null: the duration is unknown. */
  jobs: readonly (Job | null)[];
  judgeRetired: boolean;
}

/** A series that judges the jobs of its host. */
export interface JudgedFleetSeries {
  figures: SeriesFigures;
  /** Null unless the series is retired. */
  replacedBy: Replacement | null;
  /** One for each job. */
  judgements: readonly (HostJudgement | null)[];
}

/**
 * The series of a host that judge jobs, and the host as bad as the worst of them.
 * @param unselected series of the host that may have replaced one of `figures`
 * @returns `retired`: the number of retired series
 */
export function assessHost(
  host: FleetHost,
  figures: readonly SeriesFigures[],
  unselected: readonly SeriesSpan[],
  rules: HostRules,
): { assessed: AssessedHost; judged: readonly JudgedFleetSeries[]; retired: number } {
  const candidates = figures.map((each) => ({ ...each, figures: each, overview: each.measured }));
  const retired = findRetired(candidates, unselected);
  const judged = chooseJudgingSeries(candidates, rules.judgeRetired).map(
    (each): JudgedFleetSeries => ({
      figures: each.figures,
      replacedBy: retired.get(each) ?? null,
      judgements: judgeSeries(each.figures, rules),
    }),
  );
  const judgements = rules.jobs.map((job, index) =>
    job === null
      ? null
      : (findWorstJudgement(judged.map((each) => each.judgements[index] ?? null)) ?? judgeWithoutSeries(job)),
  );
  const worstJudgement = findWorstJudgement(judgements);
  const worst = judged.toSorted((a, b) => compareSeverity(getSeverity(a), getSeverity(b)))[0];
  return {
    assessed: {
      ...host,
      judgements,
      verdict: worstJudgement?.verdict ?? null,
      isSafeSoFar: worstJudgement?.isSafeSoFar ?? false,
      worstSeries: worst?.figures.identity ?? null,
      replacedBy: worst?.replacedBy ?? null,
      worstCase: worst?.figures.measured?.worstCaseSeconds ?? null,
      hasMeasuredRotation: worst?.figures.measured ? hasMeasuredRotation(worst.figures.measured) : false,
      watchedShare: range(judged.flatMap((each) => each.figures.measured?.watchedShare ?? []))?.min ?? null,
      isHistoryShort: judged.some((each) => isHistoryShort(each.figures)),
      lastSample: range(figures.flatMap((each) => findNewestSample(each) ?? []))?.max ?? null,
    },
    judged,
    retired: retired.size,
  };
}

const isHistoryShort = ({ measured }: SeriesFigures): boolean =>
  measured !== null && !isWellFounded(measured);

function judgeSeries(figures: SeriesFigures, rules: HostRules): (HostJudgement | null)[] {
  const isShort = isHistoryShort(figures);
  return rules.jobs.map((job) => {
    if (job === null) return null;
    const judgement = judgeFigures(toJudgedFigures(figures, rules), job, rules);
    return { ...judgement, isSafeSoFar: isShort && judgement.verdict === 'safe' };
  });
}

const judgeWithoutSeries = (job: Job): HostJudgement => ({
  ...VERDICT_WITHOUT_SAMPLES,
  required: job.duration + job.margin,
  unknownReasons: [{ code: 'NO_SAMPLES' }],
  isSafeSoFar: false,
});

const getSeverity = ({ judgements, figures }: JudgedFleetSeries): Severity =>
  findWorstJudgement(judgements) ?? { verdict: null, spare: figures.measured?.worstCaseSeconds ?? null };

/**
 * The host that decides the verdict on a job. Without a job, the host with the smallest worst case. Null without hosts.
 * @returns `spare`: null without a verdict
 */
export function findWorstHost(
  hosts: readonly AssessedHost[],
  jobIndex: number | null,
): { host: AssessedHost; spare: Seconds | null } | null {
  const [first] = hosts;
  if (first === undefined) return null;
  if (jobIndex === null) return { host: first, spare: null };
  const getJudgement = (host: AssessedHost) => host.judgements[jobIndex] ?? { verdict: null, spare: null };
  let worst = first;
  for (const host of hosts) if (compareSeverity(getJudgement(host), getJudgement(worst)) < 0) worst = host;
  const judgement = worst.judgements[jobIndex] ?? null;
  return { host: worst, spare: judgement && getStatedSpare(judgement) };
}

/** The worst job; of equal ones, the first. Null without a job. */
export const findDecisiveFleetJob = ({ jobs }: Pick<AssessedFleet, 'jobs'>): FleetJob | null =>
  findMostSevere(jobs);

/** The host that decides the verdict on the worst job. */
export function findWorstHostOfFleet({ jobs, hosts }: AssessedFleet) {
  const job = findDecisiveFleetJob({ jobs });
  return findWorstHost(hosts, job && jobs.indexOf(job));
}

/** The smaller of a worst case and those of the series of a host. The host that came first breaks ties. */
export function findSmallestWorstCase(
  smallest: SmallestWorstCase | null,
  host: string,
  judged: readonly JudgedFleetSeries[],
): SmallestWorstCase | null {
  const measured = minBy(
    judged.flatMap(({ figures }) => figures.measured ?? []),
    ({ worstCaseSeconds }) => worstCaseSeconds,
  );
  if (measured === null || (smallest !== null && smallest.seconds <= measured.worstCaseSeconds))
    return smallest;
  return { seconds: measured.worstCaseSeconds, hasMeasuredRotation: hasMeasuredRotation(measured), host };
}

/** Null without a judgement. */
export function findWorstJudgement(judgements: readonly (HostJudgement | null)[]): HostJudgement | null {
  const worst = findMostSevere(judgements.filter((each) => each !== null));
  // If all are safe, one short history is enough.
  return worst?.verdict === 'safe' && judgements.some((each) => each?.isSafeSoFar)
    ? { ...worst, isSafeSoFar: true }
    : worst;
}
