import { randomUUID } from 'node:crypto';
import type { PolledState, PollResult, ReportedState } from '../../domain/changes/poll-changes.ts';
import { FAILURE_REASONS, type Instant, type SourceName } from '../../domain/model.ts';
import { VERDICTS, type Verdict } from '../../domain/verdict/job-verdict.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { checkText, createMismatchError } from '../sqlite/row-check.ts';
import type { StoreConnection } from '../sqlite/store-connection.ts';
import type { ChangeClaim, ChangeListener, ReportedStates } from './contract.ts';

/** A command line can contain the time, so each poll can have another command. */
const MAX_LISTENERS = 50;

const CLAIM_KEY = 'host = @host AND source = @source AND command = @command AND jobs = @jobs';

interface StateRow {
  result: unknown;
  role: unknown;
  verdict: unknown;
  isOwn: number;
}

export class ReportedStateRows implements ReportedStates {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  find(
    { host, source }: { host: string; source: SourceName },
    listener: ChangeListener,
  ): { state: ReportedState; isOwn: boolean } | null {
    return this.#connection.run((connection) => {
      const row = connection
        .prepare<[object], StateRow>(
          `SELECT result, role, CASE WHEN jobs = @jobs THEN verdict END AS verdict,
             command = @command AND jobs = @jobs AS isOwn
           FROM reported_states WHERE host = @host AND source = @source
           ORDER BY isOwn DESC, jobs = @jobs DESC, reported_at DESC LIMIT 1`,
        )
        .get({ host, source, ...listener });
      return row === undefined ? null : { state: toState(row), isOwn: row.isOwn === 1 };
    });
  }

  record(state: PolledState, listener: ChangeListener, at: Instant): void {
    this.#writeAlone((connection) => {
      connection
        .prepare(
          `INSERT OR REPLACE INTO reported_states
                 (host, source, command, jobs, result, role, verdict, reported_at)
               VALUES (@host, @source, @command, @jobs, @result, @role, @verdict, @at)`,
        )
        .run({ ...state, ...listener, at });
      connection
        .prepare(
          `DELETE FROM reported_states WHERE host = @host AND source = @source AND (command, jobs) NOT IN (
                 SELECT command, jobs FROM reported_states WHERE host = @host AND source = @source
                 ORDER BY reported_at DESC LIMIT ${MAX_LISTENERS})`,
        )
        .run({ host: state.host, source: state.source });
    });
  }

  claim(
    { host, source }: { host: string; source: SourceName },
    listener: ChangeListener,
    { now, expiresAt }: { now: Instant; expiresAt: Instant },
    needsRun: () => boolean,
  ): ChangeClaim | null {
    return this.#writeAlone((connection) => {
      // The clock can have been set back since a process made a claim. A claim that is a little later than `now` was made
      // while this process waited for the lock.
      connection
        .prepare(
          `DELETE FROM change_claims WHERE host = @host AND source = @source
             AND (expires_at <= @now OR claimed_at - @now > expires_at - claimed_at)`,
        )
        .run({ host, source, now });
      const key = { host, source, ...listener };
      const isClaimed = connection.prepare(`SELECT 1 FROM change_claims WHERE ${CLAIM_KEY}`).get(key);
      if (isClaimed !== undefined || !needsRun()) return null;
      const id = randomUUID();
      connection
        .prepare(
          `INSERT INTO change_claims (host, source, command, jobs, claim, claimed_at, expires_at)
           VALUES (@host, @source, @command, @jobs, @id, @now, @expiresAt)`,
        )
        .run({ ...key, id, now, expiresAt });
      return { host, source, listener, id };
    });
  }

  release({ host, source, listener, id }: ChangeClaim, record: () => void): void {
    this.#writeAlone((connection) => {
      const { changes } = connection
        .prepare(`DELETE FROM change_claims WHERE ${CLAIM_KEY} AND claim = @id`)
        .run({ host, source, ...listener, id });
      if (changes > 0) record();
    });
  }

  /** Begins with a lock, so that no other process writes between the reads and the writes. */
  #writeAlone<T>(action: (connection: DatabaseConnection) => T): T {
    return this.#connection.write((connection) => connection.transaction(action).immediate(connection));
  }
}

/** @throws Error with the code SQLITE_MISMATCH if another program wrote the row */
function toState({ result, role, verdict }: StateRow): ReportedState {
  return {
    result: toPollResult(result),
    role: role === null ? null : checkText('role', role),
    verdict: verdict === null ? null : toVerdict(verdict),
  };
}

function toPollResult(value: unknown): PollResult {
  const result = (['recorded', ...FAILURE_REASONS] as const).find((each) => each === value);
  if (result === undefined) throw createMismatchError('result');
  return result;
}

function toVerdict(value: unknown): Verdict {
  const verdict = VERDICTS.find((each) => each === value);
  if (verdict === undefined) throw createMismatchError('verdict');
  return verdict;
}

/** Deletes the states of hosts and sources without a poll since `before`. */
export function deleteReportedStates(connection: DatabaseConnection, before: Instant): void {
  connection
    .prepare(
      `DELETE FROM reported_states WHERE reported_at < @before
         AND NOT EXISTS (SELECT 1 FROM series
           WHERE series.host = reported_states.host AND series.source = reported_states.source
             AND last_polled_at >= @before)
         AND NOT EXISTS (SELECT 1 FROM failed_polls
           WHERE failed_polls.host = reported_states.host AND failed_polls.source = reported_states.source
             AND observed_at >= @before)`,
    )
    .run({ before });
}
