import type { Instant, Seconds } from './model.ts';

/** What is judged once: a process, or a run that `exec --job` records. */
export type JudgedSubject = { kind: 'process'; pid: number; name: string } | { kind: 'run'; job: string };

interface EarlierJudgement {
  subject: JudgedSubject;
  judgedAt: Instant;
  /** Since the judgement. */
  elapsedSeconds: Seconds;
  /** The duration of the job. */
  durationSeconds: Seconds;
}

/** What `env --judge once-per-job` says about its judgement. */
export type JudgedOnceNote =
  | ({ code: 'ALREADY_JUDGED' } & EarlierJudgement)
  | ({ code: 'JUDGED_TOO_LONG_AGO' } & EarlierJudgement)
  /** The database cannot be written. */
  | { code: 'JUDGEMENT_NOT_STORED' }
  | { code: 'CALLER_UNKNOWN' }
  | { code: 'RUN_NOT_FOUND'; job: string };

/**
 * The judgement of a process counts for this multiple of the job duration. A longer-running process probably runs
 * another job by now, for example a worker. A job can still take twice as long as expected.
 */
export const MAX_JUDGED_DURATIONS = 2;
