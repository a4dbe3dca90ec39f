import { compareText } from '../../../domain/lists.ts';
import type { FailedPollCount, JobRun, Span } from '../../../domain/model.ts';
import { joinSpans } from '../../../domain/time/spans.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { listParameters, type RowValue, upsertRows, type WrittenTable } from './tables.ts';

const END = ['duration', 'exit_code', 'remaining_at_end'];

const JOB_RUNS: WrittenTable = {
  name: 'cred_watch.job_runs',
  columns: [
    'host',
    'job',
    'started_at',
    'source',
    'api_version',
    'role',
    'remaining_at_start',
    'ordinal',
    ...END,
  ],
  keyLength: 8,
  // As in the local database: of two ends of a run, the larger one stays.
  condition: `excluded.duration IS NOT NULL AND (job_runs.duration IS NULL
    OR (${END.map((column) => `job_runs.${column}`).join(', ')}) < (${END.map((column) => `excluded.${column}`).join(', ')}))`,
};

/** `ordinal` distinguishes equal runs. */
export const writeJobRuns = (
  statements: Statements,
  runs: readonly { run: JobRun; ordinal: number }[],
): Promise<void> =>
  upsertRows(
    statements,
    JOB_RUNS,
    runs.map(({ run: { identity, job, startedAt, remainingAtStart, end }, ordinal }) => [
      ...[identity.host, job, startedAt, identity.source, identity.apiVersion, identity.role],
      ...[remainingAtStart, ordinal],
      ...(end === null ? [null, null, null] : [end.duration, end.exitCode, end.remainingAtEnd]),
    ]),
  );

/** The failed polls of one host, source, UTC day and reason. */
export interface WrittenPollDay extends FailedPollCount {
  host: string;
  source: string;
  day: string;
  /** In order. */
  spans: readonly Span[];
}

const FAILED_POLLS: WrittenTable = {
  name: 'cred_watch.failed_polls',
  columns: ['host', 'source', 'day', 'reason', 'poll_count', 'first_at', 'last_at', 'last_detail', 'spans'],
  keyLength: 4,
};
const KEY = FAILED_POLLS.columns.slice(0, 4);
/** A row with the same key stays. */
const NEW_POLL_DAYS = `INSERT INTO cred_watch.failed_polls (${FAILED_POLLS.columns.join(', ')})`;

interface PollDayRow {
  host: string;
  source: string;
  day: string;
  reason: WrittenPollDay['reason'];
  poll_count: number;
  first_at: number;
  last_at: number;
  last_detail: string;
  spans: string;
}

/**
 * Adds days with failed polls, joined with what other databases of the same host have sent. Must run in a transaction.
 */
export async function writeFailedPolls(
  statements: Statements,
  days: readonly WrittenPollDay[],
): Promise<void> {
  const sorted = days.toSorted((a, b) => compareText(getKey(a), getKey(b)));
  const keys = sorted.flatMap(({ host, source, day, reason }) => [host, source, day, reason]);
  await statements.query(
    `${NEW_POLL_DAYS} VALUES ${listParameters(sorted.length, FAILED_POLLS.columns.length)}
     ON CONFLICT (${KEY.join(', ')}) DO NOTHING`,
    sorted.flatMap(toRow),
  );
  const stored = await statements.query<PollDayRow>(
    `SELECT ${FAILED_POLLS.columns.join(', ')} FROM cred_watch.failed_polls
     WHERE (${KEY.join(', ')}) IN (${listParameters(sorted.length, KEY.length)})
     ORDER BY ${KEY.join(', ')} FOR UPDATE`,
    keys,
  );
  const known = new Map(stored.map(fromRow).map((day) => [getKey(day), day]));
  const changed = sorted.flatMap((day) => {
    const before = known.get(getKey(day));
    if (before === undefined) return [toRow(day)];
    const row = toRow(joinPollDays(before, day));
    return JSON.stringify(row) === JSON.stringify(toRow(before)) ? [] : [row];
  });
  await upsertRows(statements, FAILED_POLLS, changed);
}

const getKey = ({ host, source, day, reason }: WrittenPollDay): string =>
  JSON.stringify([host, source, day, reason]);

/** Joins what two databases know about the same polls. The result does not depend on the order. */
function joinPollDays(a: WrittenPollDay, b: WrittenPollDay): WrittenPollDay {
  const isLater = b.lastAt > a.lastAt || (b.lastAt === a.lastAt && b.lastDetail < a.lastDetail);
  const spans = joinSpans([...a.spans, ...b.spans], 0);
  return {
    ...a,
    count: Math.max(a.count, b.count),
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    lastDetail: (isLater ? b : a).lastDetail,
    spans,
  };
}

/** Keeps a row below 64 KiB. */
const MAX_SPANS = 2000;

/** Joins spans with growing distances until the list is short enough. */
function limitSpans(spans: readonly Span[]): readonly Span[] {
  let limited = spans;
  for (let distance = 2000; limited.length > MAX_SPANS; distance *= 2) limited = joinSpans(spans, distance);
  return limited;
}

const toRow = (day: WrittenPollDay): RowValue[] => [
  ...[day.host, day.source, day.day, day.reason, day.count, day.firstAt, day.lastAt, day.lastDetail],
  JSON.stringify(limitSpans(day.spans).map(({ from, to }) => [from, to])),
];

function fromRow(row: PollDayRow): WrittenPollDay {
  const spans = JSON.parse(row.spans) as [number, number][];
  return {
    host: row.host,
    source: row.source,
    day: row.day,
    reason: row.reason,
    count: row.poll_count,
    firstAt: row.first_at,
    lastAt: row.last_at,
    lastDetail: row.last_detail,
    spans: spans.map(([from, to]) => ({ from, to })),
  };
}
