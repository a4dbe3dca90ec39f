import { FAILURE_REASONS, SOURCE_NAMES, type Span } from '../../../domain/model.ts';
import { createTextRedactor } from '../../../redact.ts';
import type { FailedPollGroup } from '../../failed-poll-groups.ts';
import type { HistorySelection } from '../../loaded-histories.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { CheckedTable, type Row } from './checked-values.ts';
import { buildCondition } from './conditions.ts';

/** Reads the failed polls of the selected hosts and sources, with whole days at both ends. */
export async function readFailedPolls(
  statements: Statements,
  { host, source, since, until }: HistorySelection,
  database: string,
): Promise<FailedPollGroup[]> {
  const { sql, values } = buildCondition({ host, source }, [
    ['last_at >= ?', since],
    ['first_at <= ?', until],
  ]);
  const rows = await statements.query<Row>(
    `SELECT host, source, reason, poll_count, first_at, last_at, last_detail, spans
     FROM cred_watch.failed_polls ${sql}`,
    values,
  );
  const table = new CheckedTable(database, 'failed_polls');
  return rows.map((row) => ({
    host: table.text(row, 'host'),
    source: table.oneOf(row, 'source', SOURCE_NAMES),
    reason: table.oneOf(row, 'reason', FAILURE_REASONS),
    count: table.count(row, 'poll_count'),
    firstAt: table.number(row, 'first_at'),
    lastAt: table.number(row, 'last_at'),
    lastDetail: redactForeignText(table.text(row, 'last_detail')),
    spans: readSpans(table, row),
  }));
}

/** Every writer removes secrets, but other programs can write to the database too. */
const redactForeignText = createTextRedactor();

/** A poll per second that fails every other time gives 43,200 spans per day. */
const MAX_SPANS_LENGTH = 4_194_304;

/** A JSON list of `[from, to]`. */
function readSpans(table: CheckedTable, row: Row): Span[] {
  const list = parse(table.text(row, 'spans', MAX_SPANS_LENGTH));
  if (!Array.isArray(list)) throw table.createError('spans');
  return list.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw table.createError('spans');
    const [from, to] = pair.map((value: unknown) => table.number({ spans: value }, 'spans'));
    if (from === undefined || to === undefined || from > to) throw table.createError('spans');
    return { from, to };
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
