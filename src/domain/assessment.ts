import { analyse } from './analysis.ts';
import { judgeJob } from './job.ts';
import type {
  Freshness,
  Job,
  JobVerdict,
  SeriesAnalysis,
  SeriesHistory,
  SeriesIdentity,
  Verdict,
} from './model.ts';

export interface AssessedSeries {
  analysis: SeriesAnalysis;
  /** Another series of the same host and source has replaced this one. */
  retired: boolean;
  /** Null where no job was given, or where the series has no part in it: retired, or not one that the job draws from. */
  verdict: JobVerdict | null;
}

/** Several series, each judged; the verdict is that of the worst. */
export interface Assessment {
  series: readonly AssessedSeries[];
  job: Job | null;
  verdict: Verdict | null;
}

export interface AssessmentRules extends Freshness {
  job: Job | null;
  rotationsWanted: number;
  /** The caller named these very series: judge the retired ones too. */
  judgeRetired: boolean;
  /** The job draws its credentials from these: others are not judged, as long as any of these has samples. */
  judgeOnly?: readonly SeriesIdentity[];
}

/** Not safe beats unknown beats safe; among the ways not to be safe the hopeless one comes first. */
const WORST_FIRST: readonly Verdict[] = ['never', 'sometimes', 'start-after-rotation', 'unknown', 'safe'];

/** Judges every series; with none at all the answer to a job is `unknown`. */
export function assess(histories: readonly SeriesHistory[], rules: AssessmentRules): Assessment {
  const analyses = histories.map((history) => analyse(history, rules));
  const candidates = chooseCandidates(analyses, rules.judgeOnly ?? []);
  const alone = candidates.length === 1;
  const series = analyses.map((analysis): AssessedSeries => {
    const isCandidate = candidates.includes(analysis);
    const isWanted = alone || rules.judgeRetired || !isReplaced(analysis, candidates);
    const isJudged = rules.job !== null && isCandidate && isWanted;
    return {
      analysis,
      retired: isReplaced(analysis, analyses),
      verdict: isJudged ? judgeJob(analysis, rules.job!, rules.rotationsWanted) : null,
    };
  });
  return { series, job: rules.job, verdict: rules.job === null ? null : worstVerdict(series) };
}

function chooseCandidates(
  analyses: readonly SeriesAnalysis[],
  wanted: readonly SeriesIdentity[],
): readonly SeriesAnalysis[] {
  const names = new Set(wanted.map(nameOf));
  const chosen = analyses.filter((each) => each.measurement !== null && names.has(nameOf(each.identity)));
  return chosen.length === 0 ? analyses : chosen;
}

const nameOf = ({ host, source, apiVersion, role }: SeriesIdentity) =>
  JSON.stringify([host, source, apiVersion, role]);

function worstVerdict(series: readonly AssessedSeries[]): Verdict {
  const verdicts = new Set(series.map(({ verdict }) => verdict?.verdict));
  return WORST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'unknown';
}

/** A swapped role, a restarted task, a fall-back to IMDSv1: another series begins after this one's last sample. */
function isReplaced({ identity, measurement }: SeriesAnalysis, all: readonly SeriesAnalysis[]): boolean {
  return all.some(
    (other) =>
      other.identity !== identity &&
      other.identity.host === identity.host &&
      other.identity.source === identity.source &&
      other.measurement !== null &&
      (measurement === null || other.measurement.firstSample > measurement.lastSample),
  );
}
