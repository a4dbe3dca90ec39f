import { minBy } from '../../domain/measurement/statistics.ts';
import type { Instant } from '../../domain/model.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import type { PollingSummary } from '../../report/messages/polling/polling.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import { assessPolled, type PollJudging } from '../../watch/polled-state.ts';
import { type JudgingFlags, toReportOptions } from '../flags/judging-flags.ts';
import type { PollTracker } from './poll-tracker.ts';

/**
 * How a poller judges. Null without a job.
 * @throws CredWatchError if the flags contradict each other
 */
export function toPollJudging(
  flags: JudgingFlags,
  time: { now: Instant; machine: string },
): PollJudging | null {
  const { filter: _filter, now: _now, ...judging } = toReportOptions(flags, {}, time);
  return judging.jobs.durations.length + judging.jobs.names.length === 0 ? null : judging;
}

/** Reads from the database what the poller has measured since its start. */
export function summarisePolling(
  store: SampleStore,
  flags: JudgingFlags & { db?: string | undefined },
  { counts, polled }: PollTracker,
  { startedAt, now, machine }: { startedAt: Instant; now: Instant; machine: string },
): PollingSummary {
  const options = toReportOptions(flags, {}, { now, machine });
  const sinceStart =
    polled === null
      ? []
      : assessPolled(store, polled, { ...options, jobs: NO_JOBS }, { now, since: startedAt }).assessment
          .series;
  const measured = sinceStart.flatMap(({ analysis }) => analysis.measurement ?? []);
  const judging = toPollJudging(flags, { now, machine });
  return {
    ...counts,
    runTime: Math.round((now - startedAt) / 1000),
    measurement: minBy(measured, ({ worstCase }) => worstCase.seconds),
    assessment:
      judging === null || polled === null ? null : assessPolled(store, polled, judging, { now }).assessment,
    jobFlags: [
      ...options.jobs.durations.map((duration) => `-j ${formatFlagDuration(duration)}`),
      ...options.jobs.names.map((name) => `--job ${quoteForShell(name)}`),
    ].join(' '),
    otherFlags: [
      ...(flags.margin === DEFAULT_MARGIN ? [] : [`--margin ${formatFlagDuration(flags.margin)}`]),
      ...(flags.db === undefined ? [] : [`--db ${quoteForShell(flags.db)}`]),
    ].join(' '),
  };
}

const NO_JOBS = { durations: [], names: [] };
