import { getGenerationKey } from '../../../src/domain/measurement/generations.ts';
import type { FailedPoll } from '../../../src/domain/model.ts';
import { joinSpans } from '../../../src/domain/time/spans.ts';
import { POSTGRES_MIGRATIONS, POSTGRES_SCHEMA } from '../../../src/remote/postgres/schema.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import type { TestDatabase } from './server.ts';

const DAY_MS = 86_400_000;

export async function createTables(database: TestDatabase): Promise<void> {
  await database.query(`CREATE SCHEMA ${POSTGRES_SCHEMA}; ${POSTGRES_MIGRATIONS.join('')}`);
}

/** Writes the history of a database of samples into the tables, without figures. */
export async function writeDirectly(store: SampleStore, database: TestDatabase): Promise<void> {
  const insert = (table: string, rows: readonly object[]) =>
    database.query(
      `INSERT INTO cred_watch.${table} SELECT * FROM json_populate_recordset(NULL::cred_watch.${table}, $1)`,
      [JSON.stringify(rows)],
    );
  const histories = store.histories();
  const clocks = new Map(
    histories.map(({ identity, newestClockOffset }) => [identity.host, newestClockOffset]),
  );
  await insert(
    'hosts',
    Array.from(clocks, ([host, offset]) => ({
      ...{ host, pushed_at: 0, version: '', clock_known_at: 0, clock_offset: offset },
    })),
  );
  for (const { identity, isPolled, session, generations } of histories) {
    if (generations.length === 0) continue;
    const { host, source, role } = identity;
    const key = { host, source, api_version: identity.apiVersion, role };
    await insert('series', [
      {
        ...{ ...key, revision: 1, polled: isPolled, generation_count: generations.length },
        ...{ session_limit: session?.limit ?? null, token_expires_at: session?.tokenExpiresAt ?? null },
      },
    ]);
    await insert(
      'generations',
      generations.map((each) => ({
        ...{ ...key, generation_key: getGenerationKey(each), remaining_when_served_last: 0 },
        ...{ last_updated: each.lastUpdated, expiration: each.expiration, zoneless: each.zoneless },
        ...{ latest_expiration: each.latestExpiration, samples: each.samples },
        ...{ first_seen: each.firstSeen, last_seen: each.lastSeen },
        ...{ raw_first_seen: each.rawFirstSeen, raw_last_seen: each.rawLastSeen },
        ...{ smallest_clock_offset: each.smallestClockOffset, largest_clock_offset: each.largestClockOffset },
        ...{ corrected_ahead_ms: each.correctedAheadMs, raw_ahead_ms: each.rawAheadMs },
        ...{ last_updated_varying: each.isLastUpdatedVarying },
        third_later_observed_at: each.thirdLaterSample?.observedAt ?? null,
        third_later_clock_offset: each.thirdLaterSample?.clockOffset ?? null,
      })),
    );
  }
  const days = new Map<string, { key: object; polls: FailedPoll[] }>();
  for (const record of store.records()) {
    if (record.record === 'failed_poll') {
      const { host, source, poll } = record;
      const day = new Date(Math.floor(poll.observedAt / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
      const key = { host, source, day, reason: poll.reason };
      const known = days.get(JSON.stringify(key));
      if (known === undefined) days.set(JSON.stringify(key), { key, polls: [poll] });
      else known.polls.push(poll);
    } else if (record.record === 'job_run') {
      const { run, ordinal } = record;
      const { host, source, apiVersion, role } = run.identity;
      await insert('job_runs', [
        {
          ...{
            host,
            source,
            api_version: apiVersion,
            role,
            job: run.job,
            started_at: run.startedAt,
            ordinal,
          },
          ...{ remaining_at_start: run.remainingAtStart, duration: run.end?.duration ?? null },
          ...{ exit_code: run.end?.exitCode ?? null, remaining_at_end: run.end?.remainingAtEnd ?? null },
        },
      ]);
    }
  }
  await insert(
    'failed_polls',
    Array.from(days.values(), ({ key, polls }) => {
      const times = polls.map(({ observedAt }) => observedAt);
      const lastAt = Math.max(...times);
      const [lastDetail] = polls
        .filter((each) => each.observedAt === lastAt)
        .map(({ detail }) => detail)
        .sort();
      const spans = joinSpans(
        times.map((at) => ({ from: at, to: at })),
        1000,
      );
      return {
        ...{ ...key, poll_count: polls.length, first_at: Math.min(...times), last_at: lastAt },
        ...{ last_detail: lastDetail, spans: JSON.stringify(spans.map(({ from, to }) => [from, to])) },
      };
    }),
  );
}
