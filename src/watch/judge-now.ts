import type { NonEmpty } from '../domain/lists.ts';
import { correctedTime } from '../domain/measurement/generations.ts';
import { minBy } from '../domain/measurement/statistics.ts';
import type { Generation, Instant, Seconds, SeriesIdentity, SourceName } from '../domain/model.ts';
import { analyse, correctedNow } from '../domain/verdict/analyse.ts';
import { NOTABLE_CLOCK_OFFSET } from '../domain/verdict/checks/clock-checks.ts';
import type { Job } from '../domain/verdict/job-verdict.ts';
import { judgeNow, judgeUnusableSample, judgeWithoutCredentials } from '../domain/verdict/now.ts';
import type { NowJudgement } from '../domain/verdict/now-verdict.ts';
import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import type { SampleStore } from '../store/sample-store.ts';
import { type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';
import { findSeriesHistory } from './series-history.ts';

/** One look, recorded, and the verdict on the credentials that it brought. */
export interface JudgedPoll {
  recordedPoll: RecordedPoll;
  judgement: NowJudgement;
}

/** Takes a sample, records it, and judges the job by it, with what history adds. */
export async function pollAndJudge(
  context: PollContext,
  job: Job,
  now: () => Instant,
  signal?: AbortSignal,
): Promise<JudgedPoll> {
  const recorded = await pollOnce(context, signal);
  const { outcome, host } = recorded;
  const { clockOffset } = outcome;
  const at = laterClock(now(), clockOffset);
  const { apiVersion, role } = outcome.identity;
  const identity = { host, source: context.source.name, apiVersion, role };
  if (outcome.ok) {
    const analysis = seriesOf(context.store, identity, at);
    return {
      recordedPoll: recorded,
      judgement: judgeNow({ identity, credentials: outcome.credentials }, { job, at, analysis, clockOffset }),
    };
  }
  const { reason, detail, misconfiguration, possibleHopLimit } = outcome;
  const analysis = newestSeries(context.store, identity, at);
  const failed = { code: 'POLL_FAILED', reason, detail, misconfiguration, possibleHopLimit } as const;
  return {
    recordedPoll: recorded,
    judgement: judgeWithoutCredentials(failed, identity, { job, at, analysis, clockOffset }),
  };
}

/** An agent's or a proxy's `Date` is not always AWS's clock, and the host's may be wrong: the later one promises less. */
const laterClock = (now: Instant, clockOffset: Seconds | null): Instant =>
  Math.max(now, correctedTime({ observedAt: now, clockOffset }));

export interface JudgeStoredOptions {
  host: string;
  source: SourceName;
  role?: string;
  /** Older samples are no answer. */
  maxAge: Seconds;
}

/** Judges the job by the last sample that is stored, without asking anybody. */
export function judgeStored(
  store: Pick<SampleStore, 'histories'> | null,
  { maxAge, ...choice }: JudgeStoredOptions,
  job: Job,
  now: Instant,
): NowJudgement {
  const analysis = store === null ? null : newestSeries(store, choice, now);
  const measurement = analysis?.measurement ?? null;
  if (analysis === null || measurement === null || analysis.age === null) {
    return judgeWithoutCredentials({ code: 'NO_SAMPLES' }, null, { job, at: now, analysis });
  }
  const current = { identity: analysis.identity, credentials: findLastSeen(measurement.generations) };
  const options = { job, at: Math.max(now, correctedNow(now, measurement)), analysis };
  if (analysis.age > maxAge) {
    const stale = { code: 'STALE_SAMPLES', ageSeconds: analysis.age, maxAgeSeconds: maxAge } as const;
    return judgeUnusableSample(stale, current, options);
  }
  if (analysis.age < -NOTABLE_CLOCK_OFFSET) {
    const ahead = { code: 'SAMPLES_IN_FUTURE', aheadSeconds: -analysis.age } as const;
    return judgeUnusableSample(ahead, current, options);
  }
  return judgeNow(current, options);
}

/** If two generations are served in turns, the current one is the one seen last, the later one if both were. */
const findLastSeen = (generations: NonEmpty<Generation>): Generation =>
  generations.reduce((last, each) => (each.lastSeen >= last.lastSeen ? each : last));

type Histories = Pick<SampleStore, 'histories'>;

function seriesOf(store: Histories, identity: SeriesIdentity, now: Instant): SeriesAnalysis | null {
  const history = findSeriesHistory(store, identity);
  return history === null ? null : analyse(history, { now, maxAge: 'default' });
}

/** A look that failed often cannot say which role it was after: the series that was sampled last is meant. */
function newestSeries(
  store: Histories,
  { host, source, role }: { host: string; source: SourceName; role?: string },
  now: Instant,
): SeriesAnalysis | null {
  const filter = { host, source, ...(role === undefined || role === '' ? {} : { role }) };
  const analyses = store.histories(filter).map((history) => analyse(history, { now, maxAge: 'default' }));
  const sampled = analyses.filter(({ measurement }) => measurement !== null);
  return minBy(sampled, ({ measurement }) => -(measurement?.lastSample ?? 0));
}
