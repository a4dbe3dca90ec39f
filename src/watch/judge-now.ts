import { toFailureFacts } from '../domain/failures/failure-facts.ts';
import { findLatestTime } from '../domain/live/latest-time.ts';
import type { Instant } from '../domain/model.ts';
import { analyseColumns } from '../domain/verdict/analyse.ts';
import { judgeNow } from '../domain/verdict/endpoints/judge-now.ts';
import type { JobRequirement } from '../domain/verdict/job-verdict.ts';
import { judgeWithoutCredentials } from '../domain/verdict/now.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import { analyseNewestSeries } from './newest-series.ts';
import { findSeriesHistory, type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';

export interface JudgeContext extends PollContext {
  /** The job gets the credentials of this poll. Else its own request may reach another endpoint. */
  arePassed?: boolean;
}

/** A recorded poll, and the judgement of a job by its credentials. */
export interface JudgedPoll {
  recordedPoll: RecordedPoll;
  judgement: NowJudgement;
}

/** Chooses what the job has to satisfy when its series is known. */
export type ChooseJob = (poll: RecordedPoll) => JobRequirement;

/**
 * Polls once, records the result, and judges the job by the new credentials and the stored history.
 * @param job a function is called after the poll
 */
export async function pollAndJudge(
  context: JudgeContext,
  job: JobRequirement | ChooseJob,
  now: () => Instant,
  signal?: AbortSignal,
): Promise<JudgedPoll> {
  const recordedPoll = await pollOnce(context, signal);
  const { outcome, identity } = recordedPoll;
  const { clockOffset, session = null } = outcome;
  const polledAt = now();
  const rules = {
    job: typeof job === 'function' ? job(recordedPoll) : job,
    hostTime: polledAt,
    clockOffset,
    session,
  };
  if (outcome.ok) {
    const { credentials, knownKey } = outcome;
    const history = findSeriesHistory(context.store, identity);
    const analysis = history && analyseColumns(history, { now: polledAt, maxAge: 'default' });
    const bySeries = findLatestTime(polledAt, clockOffset, analysis);
    const at = Math.max(bySeries, polledAt + (knownKey?.aheadMs ?? 0));
    const current = { identity, credentials, laterExpiration: knownKey?.laterExpiration ?? null };
    return {
      recordedPoll,
      judgement: judgeNow(current, { ...rules, at, analysis, arePassed: context.arePassed ?? false }),
    };
  }
  const analysis = analyseNewestSeries(context.store, identity, polledAt);
  const at = findLatestTime(polledAt, clockOffset, analysis);
  const reason = { code: 'POLL_FAILED', ...toFailureFacts(outcome) } as const;
  return { recordedPoll, judgement: judgeWithoutCredentials(reason, identity, { ...rules, at, analysis }) };
}
