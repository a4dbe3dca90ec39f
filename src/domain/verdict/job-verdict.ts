import type { Seconds } from '../model.ts';

export interface Job {
  /** Absent where only its length was given. */
  name?: string;
  duration: Seconds;
  /** Spare validity required at the end of the job. */
  margin: Seconds;
}

/** For whoever only wants to know whether to start. */
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
      pollForSeconds: Seconds | null;
    };

export interface JobJudgement {
  verdict: Verdict;
  job: Job;
  required: Seconds;
  /** Worst case less required: negative is the shortfall. Null without samples. */
  spare: Seconds | null;
  /** Part of the watched time in which a start was safe, 0…1; null where no time was watched. */
  shareOfSafeStarts: number | null;
  /** For `start-after-rotation`: a start within this time after any measured rotation was safe. */
  safeTimeAfterRotation: Seconds | null;
  /** What stands between the samples and an answer; filled also when a worse verdict needs no more evidence. */
  unknownReasons: readonly UnknownReason[];
}
