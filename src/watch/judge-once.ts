import type { Clock } from '../clock.ts';
import { type JudgedOnceNote, type JudgedSubject, MAX_JUDGED_DURATIONS } from '../domain/judged-job.ts';
import type { Instant, SeriesIdentity } from '../domain/model.ts';
import { getSeriesKey } from '../domain/series-key.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import type { JobRequirement } from '../domain/verdict/job-verdict.ts';
import type { JudgedJobKey, JudgedJobs } from '../store/contract.ts';
import type { ChooseJob } from './judge-now.ts';

/** The job to which a call of `env` belongs. */
export type CallingJob =
  /** The process that called `env`. */
  | { kind: 'process'; id: string; pid: number; name: string }
  /** The run that one of the ancestors of this process records. The nearest ancestor is first. */
  | { kind: 'run'; job: string; ancestorIds: readonly string[] };

export interface JudgeOnceOptions {
  store: { readonly judgedJobs: JudgedJobs | null };
  clock: Clock;
  /** What the job has to satisfy at its start. */
  job: JobRequirement;
  /** Null if processes cannot be identified. */
  caller: CallingJob | null;
  /** See {@link JudgedJobKey}. */
  arguments: string;
}

/** After the judgement, any credentials that have not expired are passed. */
const ALREADY_JUDGED: JobRequirement = { duration: 0, margin: 0 };

/** Runs are assumed to end within this time. Later, the row can be deleted, and the next call judges the run again. */
const MAX_RUN_MS = 30 * 24 * 3600 * 1000;

/** The row is kept for this long after its judgement stops counting, to explain why the process is judged again. */
const EXPLANATION_MS = 24 * 3600 * 1000;

/** A judgement that a later call of the same job finds. */
interface Judgeable {
  key: JudgedJobKey;
  subject: JudgedSubject;
  /** For how long the judgement counts. */
  maxAgeMs: number;
  /** When `exec` judged the run. Null if it did not, or required less. */
  judgedAtStart: Instant | null;
}

/** Judges a job once, and passes later credentials without a judgement. In any doubt, judges again. */
export class JudgeOnce {
  readonly #options: JudgeOnceOptions;
  /** The judgement to record for the last poll. Null: nothing to record. */
  #unrecorded: Judgeable | null = null;
  #note: JudgedOnceNote | null = null;

  constructor(options: JudgeOnceOptions) {
    this.#options = options;
  }

  /** About the last poll. Null after a first judgement. */
  get note(): JudgedOnceNote | null {
    return this.#note;
  }

  readonly chooseJob: ChooseJob = ({ outcome, identity }) => {
    this.#unrecorded = null;
    this.#note = null;
    const { job } = this.#options;
    return outcome.ok && this.#findJudgement(identity) ? ALREADY_JUDGED : job;
  };

  /** Call this function after a start that is safe. */
  recordSafeStart(): void {
    const { store, clock } = this.#options;
    if (this.#unrecorded === null) return;
    const { key, maxAgeMs } = this.#unrecorded;
    const now = clock.now();
    store.judgedJobs?.record(key, now, now + maxAgeMs + EXPLANATION_MS);
    // Recording can fail, and the store then continues with a copy.
    if (store.judgedJobs === null) this.#note = { code: 'JUDGEMENT_NOT_STORED' };
  }

  /** Whether an earlier judgement counts. Sets the note. */
  #findJudgement(identity: SeriesIdentity): boolean {
    const { store, clock, job } = this.#options;
    const judgeable = this.#identify(identity);
    const judgedAt = judgeable && (judgeable.judgedAtStart ?? store.judgedJobs?.find(judgeable.key) ?? null);
    // Reading can fail too. A copy may have old records, but later calls could not rely on them.
    if (store.judgedJobs === null) {
      this.#note = { code: 'JUDGEMENT_NOT_STORED' };
      return false;
    }
    this.#unrecorded = judgeable;
    const now = clock.now();
    if (judgeable === null || judgedAt === null) return false;
    // The start of a run is by AWS's clock, which can be ahead. The time of a row is by the clock of this host.
    if (judgeable.judgedAtStart === null && judgedAt > now) return false;
    const isTooOld = now - judgedAt >= judgeable.maxAgeMs;
    this.#note = {
      code: isTooOld ? 'JUDGED_TOO_LONG_AGO' : 'ALREADY_JUDGED',
      subject: judgeable.subject,
      judgedAt,
      elapsedSeconds: secondsBetween(judgedAt, now),
      durationSeconds: job.duration,
    };
    if (!isTooOld) this.#unrecorded = null;
    return !isTooOld;
  }

  /** Null if the job cannot be identified. Then sets the note. */
  #identify(identity: SeriesIdentity): Judgeable | null {
    const { store, job, caller, arguments: digest } = this.#options;
    if (caller === null) {
      this.#note = { code: 'CALLER_UNKNOWN' };
      return null;
    }
    if (caller.kind === 'process') {
      const { id, pid, name } = caller;
      return {
        key: { process: id, arguments: digest, identity },
        subject: { kind: 'process', pid, name },
        maxAgeMs: MAX_JUDGED_DURATIONS * job.duration * 1000,
        judgedAtStart: null,
      };
    }
    const { ancestorIds } = caller;
    const [run] = (store.judgedJobs?.findRuns(caller.job, ancestorIds) ?? []).toSorted(
      (a, b) => ancestorIds.indexOf(a.process) - ancestorIds.indexOf(b.process),
    );
    if (run === undefined) {
      this.#note = { code: 'RUN_NOT_FOUND', job: caller.job };
      return null;
    }
    const isJudged =
      getSeriesKey(run.identity) === getSeriesKey(identity) &&
      run.remainingAtStart >= job.duration + job.margin;
    return {
      key: { process: run.process, arguments: digest, identity },
      subject: { kind: 'run', job: caller.job },
      maxAgeMs: MAX_RUN_MS,
      judgedAtStart: isJudged ? run.startedAt : null,
    };
  }
}
