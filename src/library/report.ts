import { assessAnalyses } from '../domain/verdict/assessment.ts';
import type { Verdict } from '../domain/verdict/job-verdict.ts';
import { isFolder } from '../remote/object-storage/is-folder.ts';
import { isPostgresUrl } from '../remote/postgres/is-postgres-url.ts';
import { loadHistories } from '../remote/postgres/read/load-histories.ts';
import { withPostgres } from '../remote/postgres/read/with-postgres.ts';
import type { SeriesFilter } from '../store/contract.ts';
import { SampleStore as DomainSampleStore } from '../store/sample-store.ts';
import { loadFolderHistories } from '../watch/parquet/folder-histories.ts';
import { readHistories, readUnselected } from '../watch/stored-report.ts';
import { assess } from './analysis.ts';
import {
  assertKnownOptions,
  createArgumentError,
  type Duration,
  parseJob,
  parseMaxAge,
  parseNow,
  parseSelection,
  parseShareOption,
  SELECTION_OPTIONS,
  type SelectionOptions,
  type Share,
  type TimeOptions,
} from './parse-options.ts';
import { publish, toPublic } from './public-data.ts';
import type {
  JobJudgement,
  JobRequirement,
  Replacement,
  SeriesAnalysis,
  SeriesHistory,
  SeriesSpan,
} from './public-types.ts';
import { getDefaultDatabasePath, getSystemDefaults } from './system-defaults.ts';

/** One series of a report. */
export interface ReportedSeries {
  analysis: SeriesAnalysis;
  /** Another series of the same host and source has replaced this one, so jobs are not judged by it. */
  isRetired: boolean;
  /** The newest series that has replaced this one. Null unless the series is retired. */
  replacedBy: Replacement | null;
}

/** The judgement of a job by one series. */
export interface SeriesJudgement {
  analysis: SeriesAnalysis;
  /** The newest series that has replaced this one. Null unless the series is retired. */
  replacedBy: Replacement | null;
  judgement: JobJudgement;
}

/** The judgement of a job by every series of a report. */
export interface ReportJudgement {
  /** The worst verdict of all series: not safe, then `unknown`, then `safe`. `unknown` without any series. */
  verdict: Verdict;
  job: JobRequirement;
  /** Job duration plus margin. */
  requiredSeconds: number;
  /** Without retired series, unless they are judged too. */
  series: readonly SeriesJudgement[];
}

export interface JudgeOptions {
  /** Validity required at the end of the job (default: 5 minutes). */
  margin?: Duration | undefined;
  /** With fewer witnessed rotations than this confidence needs (`'95%'`: 19), the verdict is `unknown`. */
  confidence?: Share | undefined;
  /** If a smaller share of the time was watched, the verdict is `unknown`. */
  minWatched?: Share | undefined;
  /** The verdict is `unknown` if the newest sample is older; null: no limit (default: the report's). */
  maxAge?: Duration | null | undefined;
}

export interface ReportOptions extends TimeOptions {
  /** Also judge jobs by retired series (default: false). */
  judgeRetired?: boolean | undefined;
  /** Series that judge no job, but may have replaced one of the histories (default: none). */
  unselected?: readonly SeriesSpan[] | undefined;
  /** The database that the histories were read from, for messages. */
  database?: string | undefined;
  /** The name of the machine with the clock of `now` (default: that of the polled host). */
  machine?: string | undefined;
}

/** Analysed series, by which jobs can be judged. */
export class Report {
  readonly now: Date;
  readonly series: readonly ReportedSeries[];
  /** The database that the report was read from; null if unknown. */
  readonly database: string | null;
  /** Not a `#` field, because test runners call `judge` on a copy of the report, which has no `#` fields. */
  private readonly judgeRetired: boolean;
  private readonly unselected: readonly SeriesSpan[];

  /** @throws CredWatchError INVALID_ARGUMENT */
  constructor(histories: readonly SeriesHistory[], options: ReportOptions = {}) {
    assertKnownOptions(options, {
      now: true,
      maxAge: true,
      judgeRetired: true,
      unselected: true,
      database: true,
      machine: true,
    });
    this.now = new Date(parseNow(options.now));
    this.database = options.database ?? null;
    this.judgeRetired = options.judgeRetired ?? false;
    this.unselected = options.unselected ?? [];
    const { now, unselected } = this;
    const time = { now, maxAgeSeconds: parseMaxAge(options.maxAge), machine: options.machine };
    const { series } = assess(histories, { ...time, jobs: [], unselected });
    this.series = series.map(({ analysis, isRetired, replacedBy }) => ({ analysis, isRetired, replacedBy }));
  }

  /**
   * Judges a job of this length that copies its credentials when it starts, for any start time.
   * @throws CredWatchError INVALID_ARGUMENT
   */
  judge(duration: Duration, options: JudgeOptions = {}): ReportJudgement {
    assertJudgeOptions(options);
    const { now, judgeRetired, unselected } = this;
    const analyses = this.series.map(({ analysis }) => analysis);
    return judgeAnalyses(analyses, duration, { ...options, now, judgeRetired, unselected });
  }
}

export const assertJudgeOptions = (options: JudgeOptions): void =>
  assertKnownOptions(options, { margin: true, confidence: true, minWatched: true, maxAge: true });

/** Judges a job by some series. A single series is judged even if it is retired. */
export function judgeAnalyses(
  analyses: readonly SeriesAnalysis[],
  duration: Duration,
  options: JudgeOptions & { now: Date; judgeRetired: boolean; unselected: readonly SeriesSpan[] },
): ReportJudgement {
  const job = toPublic(parseJob(duration, options.margin));
  const maxAgeSeconds = parseMaxAge(options.maxAge);
  const { verdict, series } = publish(assessAnalyses)(
    maxAgeSeconds === undefined ? analyses : analyses.map((each) => ({ ...each, maxAgeSeconds })),
    {
      now: options.now,
      jobs: [{ ...job, name: null, runs: [] }],
      confidence: parseShareOption(options.confidence, 'the confidence'),
      minWatched: parseShareOption(options.minWatched, 'the watched share'),
      judgeRetired: options.judgeRetired,
      unselected: options.unselected,
    },
  );
  return {
    verdict: verdict ?? 'unknown',
    job,
    requiredSeconds: job.durationSeconds + job.marginSeconds,
    series: series.flatMap(({ analysis, replacedBy, judgements }) =>
      judgements.map((judgement) => ({ analysis, replacedBy, judgement })),
    ),
  };
}

export interface ReadReportOptions extends SelectionOptions, TimeOptions {
  /**
   * The database file (default: {@link getDefaultDatabasePath}). {@link loadReport} also takes the URL of a PostgreSQL
   * database.
   */
  db?: string | undefined;
}

/**
 * Reads the selected series from the database, and analyses them. Sends no request and writes nothing.
 * `since` and `until` select whole generations that were seen between them. With `role`, jobs are also judged
 * by retired series, whose `replacedBy` names the series that replaced them. If the file does not exist, the report has no series and every verdict is `unknown`.
 * @throws CredWatchError if the database cannot be read, or INVALID_ARGUMENT
 * @example
 * import { readReport } from 'cred-watch';
 *
 * const report = readReport({ role: 'loader', since: '30d' });
 * const { verdict, series } = report.judge('5h', { margin: '10m', confidence: '95%' });
 * console.log(verdict, series[0]?.judgement.spareSeconds);
 */
export function readReport(options: ReadReportOptions = {}): Report {
  assertKnownOptions(options, { ...SELECTION_OPTIONS, db: true, now: true, maxAge: true });
  const { db = getDefaultDatabasePath(), maxAge, now: nowOption, ...selection } = options;
  const now = parseNow(nowOption);
  const filter = parseSelection(selection, now);
  if (isPostgresUrl(db)) {
    throw createArgumentError(
      'readReport reads files, and the database is a PostgreSQL database',
      'use `await loadReport()` with the same options',
    );
  }
  using store = DomainSampleStore.openReadOnly(db);
  const histories = toPublic(readHistories(store, filter));
  const unselected = toPublic(readUnselected(store, filter));
  const time = { now: new Date(now), maxAge, machine: getSystemDefaults().machine };
  return new Report(histories, {
    ...time,
    unselected,
    database: db,
    judgeRetired: filter.role !== undefined,
  });
}

export interface LoadReportOptions extends ReadReportOptions {
  /** Ends the connection to the database. */
  signal?: AbortSignal | undefined;
}

/**
 * As {@link readReport}, also for a PostgreSQL database: `db` or `CRED_WATCH_DB` is
 * `postgres://USER@HOST:PORT/DATABASE`. The password and the other settings are those of libpq, such as `PGPASSWORD`
 * and `~/.pgpass`. Also for a folder that `cred-watch push` or `cred-watch export -f parquet` has written: this needs
 * the package `@duckdb/node-api`, and key ids are masked. At most 2,000 series and two million generations are read.
 * @throws CredWatchError if the database is not available or cannot be read, or INVALID_ARGUMENT
 * @example
 * import { loadReport } from 'cred-watch';
 *
 * // CRED_WATCH_DB=postgres://db.example.com/fleet
 * const report = await loadReport({ role: 'loader', since: '30d' });
 * console.log(report.judge('5h').verdict);
 */
export async function loadReport({ signal, ...options }: LoadReportOptions = {}): Promise<Report> {
  assertKnownOptions(options, { ...SELECTION_OPTIONS, db: true, now: true, maxAge: true });
  const { db = getDefaultDatabasePath(), maxAge, now: nowOption, ...selection } = options;
  if (!isPostgresUrl(db) && !isFolder(db)) return readReport(options);
  const now = parseNow(nowOption);
  const filter = parseSelection(selection, now);
  const { name, histories } = isFolder(db)
    ? { name: db, histories: await loadFolderHistories(db, filter) }
    : await loadFromPostgres(db, filter, signal);
  const read = readHistories(histories, filter);
  const unselected = toPublic(readUnselected(histories, filter));
  const judgeRetired = filter.role !== undefined;
  const time = { now: new Date(now), maxAge, machine: getSystemDefaults().machine };
  return new Report(toPublic(read), { ...time, judgeRetired, unselected, database: name });
}

const loadFromPostgres = (url: string, filter: SeriesFilter, signal: AbortSignal | undefined) =>
  withPostgres(
    url,
    getSystemDefaults(),
    async (connection) => ({
      name: connection.name,
      histories: await loadHistories(connection, { selection: filter }),
    }),
    signal === undefined ? {} : { signal },
  );
