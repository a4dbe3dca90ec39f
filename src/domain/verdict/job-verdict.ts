import type { Instant, Seconds } from '../model.ts';

/** For how long a job needs its credentials. */
export interface JobRequirement {
  duration: Seconds;
  /** Extra validity required at the end of the job. */
  margin: Seconds;
}

export interface Job extends JobRequirement {
  /** Null if only the duration was given. */
  name: string | null;
}

/** Whether to start the job: a verdict without the kinds of "not safe". */
export type Safety = 'safe' | 'not-safe' | 'unknown';

export const VERDICTS = ['safe', 'never', 'start-after-rotation', 'sometimes', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type UnknownReason =
  | { code: 'NO_SAMPLES' }
  /** The selected period leaves out all samples. */
  | { code: 'NO_SAMPLES_IN_PERIOD'; newestSampleAt: Instant }
  | { code: 'SAMPLES_IN_FUTURE'; aheadSeconds: Seconds }
  | { code: 'NO_WITNESSED_ROTATION' }
  | { code: 'STALE_SAMPLES'; ageSeconds: Seconds; maxAgeSeconds: Seconds }
  | { code: 'ROTATION_OVERDUE'; servedForSeconds: Seconds }
  | { code: 'ISSUED_IN_FUTURE'; aheadSeconds: Seconds }
  /** Imported samples whose time nothing proves, with a longer validity than any known one. */
  | { code: 'VALIDITY_TOO_LONG'; longestSeconds: Seconds; knownSeconds: Seconds }
  /** The confidence requires lead times without a trend, or the spare validity lasts less than a day. */
  | { code: 'LEAD_TIMES_SHRINK'; shrinkingPerDaySeconds: Seconds; usedUpAt: Instant }
  | { code: 'TOO_LITTLE_WATCHED'; watchedShare: number; minWatched: number }
  /** Of the newest `rotations`, `records` had a shorter lead time than all rotations before. */
  | { code: 'RECENT_LEAD_TIMES_SHORTER'; records: number; rotations: number }
  /** The newest credentials have less validity left than at every rotation, so the confidence is unknown. */
  | { code: 'NEWEST_CREDENTIALS_SHORTEST'; remainingSeconds: Seconds }
  | {
      code: 'TOO_FEW_ROTATIONS';
      witnessedCount: number;
      minRotations: number;
      /** How long to go on polling. Null without a rotation interval. */
      pollForSeconds: Seconds | null;
    };

interface JudgedJob {
  job: Job;
  /** Job duration plus margin. */
  required: Seconds;
  /** Why the verdict would be `unknown`. Also filled if a "not safe" verdict takes precedence. */
  unknownReasons: readonly UnknownReason[];
}

interface MeasuredJob extends JudgedJob {
  /** Worst case minus required. Negative: the job is short by this amount. */
  spare: Seconds;
  /** Share of the time span that was watched, 0 to 1. Null for a single sample and for credentials per request. */
  watchedShare: number | null;
  /** When the spare validity is used up if lead times go on shrinking. Null without a trend or spare. */
  spareUsedUpAt: Instant | null;
}

interface StartsOfJob {
  /** Share of the watched time in which a start was safe, 0 to 1. Null if no time was watched. */
  shareOfSafeStarts: number | null;
}

/** The verdict of a series that has no samples. */
export const VERDICT_WITHOUT_SAMPLES = {
  verdict: 'unknown',
  spare: null,
  watchedShare: null,
  spareUsedUpAt: null,
  shareOfSafeStarts: null,
  safeTimeAfterRotation: null,
} as const;

type VerdictWithSamples =
  | { verdict: 'safe' | 'never' | 'sometimes' | 'unknown'; safeTimeAfterRotation: null }
  | {
      verdict: 'start-after-rotation';
      /** A start within this time after any measured rotation was safe. */
      safeTimeAfterRotation: Seconds;
    };

/** The verdict on a job from the history of one series, with its reasons. */
export type JobJudgement =
  | (MeasuredJob & StartsOfJob & VerdictWithSamples)
  | (JudgedJob & typeof VERDICT_WITHOUT_SAMPLES);

/** The verdict on a job from the figures of one series, with its reasons. */
export type FiguresJudgement =
  | (MeasuredJob & VerdictWithSamples)
  | (JudgedJob & Omit<typeof VERDICT_WITHOUT_SAMPLES, 'shareOfSafeStarts'>);
