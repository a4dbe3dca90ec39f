import { range } from '../measurement/statistics.ts';
import type { Seconds } from '../model.ts';
import { VERDICTS_WORST_FIRST } from '../verdict/assessment.ts';
import type { EvidenceRules } from '../verdict/confidence.ts';
import { isWellFounded } from '../verdict/evidence.ts';
import {
  chooseJudgingSeries,
  findRetired,
  type Replacement,
  type SeriesSpan,
} from '../verdict/figures/choose-series.ts';
import { judgeFigures } from '../verdict/job.ts';
import { type Job, type Safety, VERDICT_WITHOUT_SAMPLES, type Verdict } from '../verdict/job-verdict.ts';
import { getStatedSpare, toSafety } from '../verdict/judgements.ts';
import type { Freshness } from '../verdict/series-analysis.ts';
import type { AssessedFleet, AssessedHost, HostJudgement, SmallestWorstCase } from './assessed-fleet.ts';
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
  const worst = judged.toSorted((a, b) => compareVerdicts(getSeverity(a), getSeverity(b)))[0];
  return {
    assessed: {
      ...host,
      judgements,
      verdict: worstJudgement?.verdict ?? null,
      isSafeSoFar: worstJudgement?.isSafeSoFar ?? false,
      worstSeries: worst?.figures.identity ?? null,
      replacedBy: worst?.replacedBy ?? null,
      worstCase: worst?.figures.measured?.worstCaseSeconds ?? null,
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

/** What makes a host, a series or a group worse than another one. */
export interface Severity {
  /** Null without a job. */
  verdict: Verdict | null;
  /** Spare or, without a job, worst case. Null is unknown, which comes last. */
  spare: Seconds | null;
}

const rankVerdict = (verdict: Verdict | null) =>
  verdict === null ? VERDICTS_WORST_FIRST.length : VERDICTS_WORST_FIRST.indexOf(verdict);

const rankSafety = (verdict: Verdict | null) =>
  verdict === null ? SAFETIES_WORST_FIRST.length : SAFETIES_WORST_FIRST.indexOf(toSafety(verdict));

const SAFETIES_WORST_FIRST: readonly Safety[] = ['not-safe', 'unknown', 'safe'];

/** For the series and jobs of one host: by verdict first, as in the report of the host. */
const compareVerdicts = (a: Severity, b: Severity): number =>
  rankVerdict(a.verdict) - rankVerdict(b.verdict) || compareSeverity(a, b);

/** The worst first: by safety, then by spare, so that the first host also has the largest shortfall. */
export function compareSeverity(a: Severity, b: Severity): number {
  const ranks = rankSafety(a.verdict) - rankSafety(b.verdict);
  if (ranks !== 0) return ranks;
  if (a.spare === null || b.spare === null)
    return (
      Number(a.spare === null) - Number(b.spare === null) || rankVerdict(a.verdict) - rankVerdict(b.verdict)
    );
  return a.spare - b.spare || rankVerdict(a.verdict) - rankVerdict(b.verdict);
}

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

/** The host that decides the verdict on the worst job. */
export function findWorstHostOfFleet({ jobs, verdict, hosts }: AssessedFleet) {
  const index = jobs.findIndex((job) => job.verdict === verdict);
  return findWorstHost(hosts, index < 0 ? null : index);
}

/** The smaller of a worst case and those of the series of a host. The host that came first breaks ties. */
export function findSmallestWorstCase(
  smallest: SmallestWorstCase | null,
  host: string,
  judged: readonly JudgedFleetSeries[],
): SmallestWorstCase | null {
  const seconds = range(judged.flatMap((each) => each.figures.measured?.worstCaseSeconds ?? []))?.min;
  if (seconds === undefined || (smallest !== null && smallest.seconds <= seconds)) return smallest;
  return { seconds, host };
}

/** Null without a judgement. */
export function findWorstJudgement(judgements: readonly (HostJudgement | null)[]): HostJudgement | null {
  let worst: HostJudgement | null = null;
  for (const each of judgements) {
    if (each !== null && (worst === null || compareVerdicts(each, worst) < 0)) worst = each;
  }
  // If all are safe, one short history is enough.
  return worst?.verdict === 'safe' && judgements.some((each) => each?.isSafeSoFar)
    ? { ...worst, isSafeSoFar: true }
    : worst;
}
