import type { Seconds } from '../model.ts';

export interface Job {
  /** Absent if only the duration was given. */
  name?: string;
  duration: Seconds;
  /** Extra validity required at the end of the job. */
  margin: Seconds;
}

/** Whether to start the job: a verdict without the kinds of "not safe". */
export type Safety = 'safe' | 'not-safe' | 'unknown';

export const VERDICTS = ['safe', 'never', 'start-after-rotation', 'sometimes', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type UnknownReason =
  | { code: 'NO_SAMPLES' }
  | { code: 'SAMPLES_IN_FUTURE'; aheadSeconds: Seconds }
  | { code: 'NO_WITNESSED_ROTATION' }
  | { code: 'STALE_SAMPLES'; ageSeconds: Seconds; maxAgeSeconds: Seconds }
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
  /** Share of the watched time in which a start was safe, 0 to 1. Null if no time was watched. */
  shareOfSafeStarts: number | null;
}

/** The verdict on a job from the history of one series, with its reasons. */
export type JobJudgement =
  | (MeasuredJob & { verdict: 'safe' | 'never' | 'sometimes' | 'unknown'; safeTimeAfterRotation: null })
  | (MeasuredJob & {
      verdict: 'start-after-rotation';
      /** A start within this time after any measured rotation was safe. */
      safeTimeAfterRotation: Seconds;
    })
  /** The series has no samples. */
  | (JudgedJob & { verdict: 'unknown'; spare: null; shareOfSafeStarts: null; safeTimeAfterRotation: null });
