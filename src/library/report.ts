import type { Instant, Seconds, SeriesHistory, SourceName } from '../domain/model.ts';
import { analyse } from '../domain/verdict/analyse.ts';
import { assessAnalyses } from '../domain/verdict/assessment.ts';
import type { Job, JobJudgement, Verdict } from '../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import { CredWatchError } from '../errors.ts';
import { SampleStore } from '../store/sample-store.ts';
import { isPeriodEmpty } from '../watch/stored-report.ts';
import {
  type Confidence,
  type Duration,
  type Moment,
  parseInstantOption,
  parseJob,
  parseMaxAge,
  parseMinRotations,
  validateName,
  validateSourceName,
} from './parse-options.ts';
import { defaultDatabasePath, getSystemDefaults } from './system-defaults.ts';

/** One series of a report. */
export interface ReportedSeries {
  analysis: SeriesAnalysis;
  /** Another series of the same host and source has replaced this one: it is judged only when it is alone or asked for. */
  isRetired: boolean;
}

/** One series that a job was judged by. */
export interface JudgedSeries {
  analysis: SeriesAnalysis;
  judgement: JobJudgement;
}

/** The answer for one job. */
export interface ReportVerdict {
  /** That of the worst series: not safe beats unknown beats safe. Without any series it is `unknown`. */
  verdict: Verdict;
  job: Job;
  /** Job duration and margin together, in seconds. */
  required: Seconds;
  /** Those that were judged: all but the retired ones. */
  series: readonly JudgedSeries[];
}

export interface JudgeOptions {
  /** Spare validity required at the end of the job (default: 5 minutes). */
  margin?: Duration | undefined;
  /** Ask for so many watched rotations that the next one is worse than all of them with chance at most 1 − this. */
  confidence?: Confidence | undefined;
  /** Older newest samples make the answer `unknown`; null is never (default: as the report was read). */
  maxAge?: Duration | null | undefined;
}

export interface ReportOptions {
  /** The moment to judge by (default: this one). */
  now?: Moment | undefined;
  /** Older newest samples make a verdict `unknown`; null is never (default: 24 h for polled series, else never). */
  maxAge?: Duration | null | undefined;
  /** Judge retired series too (default: false). */
  judgeRetired?: boolean | undefined;
  /** Where the samples were looked for, to be told where there are none. */
  database?: string | undefined;
}

/**
 * What some series prove, to judge jobs by.
 */
export class Report {
  /** Milliseconds since 1970. */
  readonly now: Instant;
  readonly series: readonly ReportedSeries[];
  /** Where the samples were looked for; null where that is not known. */
  readonly database: string | null;
  /** Not private to the language: test runners look at reports through a copy. */
  private readonly judgeRetired: boolean;

  /** @throws CredWatchError for options that cannot be */
  constructor(histories: readonly SeriesHistory[], options: ReportOptions = {}) {
    const clockNow = getSystemDefaults().clock.now();
    this.now = parseInstantOption(options.now ?? clockNow, clockNow, 'first', 'now');
    this.database = options.database ?? null;
    this.judgeRetired = options.judgeRetired ?? false;
    const freshness = { now: this.now, maxAge: parseMaxAge(options.maxAge) };
    const analyses = histories.map((history) => analyse(history, freshness));
    const { series } = assessAnalyses(analyses, {
      now: this.now,
      jobs: [],
      minRotations: 1,
      judgeRetired: false,
    });
    this.series = series.map(({ analysis, isRetired }) => ({ analysis, isRetired }));
  }

  /**
   * Would a job of this length that froze its credentials at its start outlive them, whenever it starts?
   * @throws CredWatchError for durations that are none
   */
  judge(duration: Duration, options: JudgeOptions = {}): ReportVerdict {
    const analyses = this.series.map(({ analysis }) => analysis);
    return judgeAnalyses(analyses, duration, {
      ...options,
      now: this.now,
      judgeRetired: this.judgeRetired,
    });
  }
}

/** Judges a job by some series; where one of them alone is given, it is judged even if it is retired. */
export function judgeAnalyses(
  analyses: readonly SeriesAnalysis[],
  duration: Duration,
  options: JudgeOptions & { now: Instant; judgeRetired: boolean },
): ReportVerdict {
  const job = parseJob(duration, options.margin);
  const maxAge = parseMaxAge(options.maxAge);
  const fresh = maxAge === 'default' ? analyses : analyses.map((each) => ({ ...each, maxAge }));
  const { series, verdict } = assessAnalyses(fresh, {
    now: options.now,
    jobs: [{ name: null, ...job, runs: [] }],
    minRotations: parseMinRotations(options.confidence),
    judgeRetired: options.judgeRetired,
  });
  return {
    verdict: verdict!,
    job,
    required: job.duration + job.margin,
    series: series.flatMap(({ analysis, judgements }) =>
      judgements.map((each) => ({ analysis, judgement: each })),
    ),
  };
}

export interface ReadReportOptions {
  /** The database (default: {@link defaultDatabasePath}). */
  db?: string | undefined;
  host?: string | undefined;
  source?: SourceName | undefined;
  /** Series of this role alone; retired ones are then judged, too. */
  role?: string | undefined;
  /** Whole generations that were seen at any moment from here on. */
  since?: Moment | undefined;
  /** Whole generations that were seen at any moment up to here. */
  until?: Moment | undefined;
  now?: Moment | undefined;
  /** Older newest samples make a verdict `unknown`; null is never (default: 24 h for polled series, else never). */
  maxAge?: Duration | null | undefined;
}

/**
 * Reads what is stored of the selected series. Asks no endpoint and writes nothing. A database that is not there has
 * no series: every verdict is `unknown`.
 * @throws CredWatchError where the database cannot be read, and for options that cannot be
 * @example
 * import { readReport } from 'cred-watch';
 *
 * const report = readReport({ role: 'loader', since: '30d' });
 * const { verdict, series } = report.judge('5h', { margin: '10m', confidence: '95%' });
 * console.log(verdict, series[0]?.judgement.spare);
 */
export function readReport(options: ReadReportOptions = {}): Report {
  const { db = defaultDatabasePath(), host, source, role, since, until, maxAge } = options;
  const clockNow = getSystemDefaults().clock.now();
  const now = parseInstantOption(options.now ?? clockNow, clockNow, 'first', 'now');
  const filter = {
    host: host === undefined ? host : validateName(host, 'the host'),
    source: source === undefined ? source : validateSourceName(source),
    role: role === undefined ? role : validateName(role, 'the role'),
    since: since === undefined ? since : parseInstantOption(since, now, 'first', 'since'),
    until: until === undefined ? until : parseInstantOption(until, now, 'last', 'until'),
  };
  if (isPeriodEmpty(filter)) {
    throw new CredWatchError('since is after until', 'exchange the two');
  }
  const store = SampleStore.openReadOnly(db);
  try {
    const judgeRetired = role !== undefined;
    return new Report(store?.histories(filter) ?? [], { now, maxAge, judgeRetired, database: db });
  } finally {
    store?.close();
  }
}
