import { range } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import type { AssessedSeries, Assessment } from './assessment.ts';
import { compareSeverity, findMostSevere, type Severity } from './figures/severity.ts';
import type { Verdict } from './job-verdict.ts';

/** Limits of what a person reads. Verdicts, exit codes and machine formats always consider all series. */
export interface SeriesLimits {
  /** Also show retired series that judge no job. */
  showRetired: boolean;
  /** Show at most this number of series, the most important first. Null: all, in their stored order. */
  top: number | null;
}

export const SHOW_ALL_SERIES: SeriesLimits = { showRetired: true, top: null };

/** Series that are not shown, in one line. */
export interface SeriesSummary {
  count: number;
  sampleCount: number;
  /** Null without a sample. */
  firstSample: Instant | null;
  lastSample: Instant | null;
  /** The smallest worst case. Null without a sample. */
  worstCase: Seconds | null;
  /** The worst verdict. Null if no job is judged by these series. */
  verdict: Verdict | null;
}

export interface ShownSeries {
  shown: readonly AssessedSeries[];
  /** Retired series that judge no job. Null if all of them are shown. */
  retired: SeriesSummary | null;
  /** Less important series than the shown ones. Null if no series is left out. */
  beyondTop: SeriesSummary | null;
}

/** Chooses the series that a table or a page shows, and sums up the others. */
export function chooseShownSeries(
  { series }: Pick<Assessment, 'series'>,
  { showRetired, top }: SeriesLimits,
): ShownSeries {
  const isFolded = ({ isRetired, judgements }: AssessedSeries) =>
    !showRetired && isRetired && judgements.length === 0;
  const candidates = series.filter((each) => !isFolded(each));
  const ranked = top === null ? candidates : rankByImportance(candidates);
  return {
    shown: ranked.slice(0, top ?? ranked.length),
    retired: summarise(series.filter(isFolded)),
    beyondTop: summarise(ranked.slice(top ?? ranked.length)),
  };
}

/** Sorts by the worst judgement. Without a job, by the smallest worst case. Series that judge no job come last. */
export function rankByImportance(series: readonly AssessedSeries[]): AssessedSeries[] {
  return series
    .map((each) => ({ each, severity: getSeverity(each) }))
    .sort((a, b) => compareSeverity(a.severity, b.severity))
    .map(({ each }) => each);
}

const getSeverity = ({ overview, judgements }: AssessedSeries): Severity =>
  findMostSevere<Severity>(judgements) ?? { verdict: null, spare: overview?.worstCaseSeconds ?? null };

function summarise(series: readonly AssessedSeries[]): SeriesSummary | null {
  if (series.length === 0) return null;
  const overviews = series.flatMap(({ overview }) => overview ?? []);
  return {
    count: series.length,
    sampleCount: overviews.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
    firstSample: range(overviews.map(({ firstSample }) => firstSample))?.min ?? null,
    lastSample: range(overviews.map(({ lastSample }) => lastSample))?.max ?? null,
    worstCase: range(overviews.map(({ worstCaseSeconds }) => worstCaseSeconds))?.min ?? null,
    verdict: findMostSevere(series.flatMap(({ judgements }) => judgements))?.verdict ?? null,
  };
}
