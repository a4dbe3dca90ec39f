import type { Instant, Seconds } from '../model.ts';

/** What a host has computed for one generation. It can change when later samples arrive. */
export interface GenerationFigures {
  /** Null if the appearance is unknown. From the latest possible time. */
  validityWhenIssued: Seconds | null;
  /** When the source replaced the generation. Null if the source may still serve it. */
  rotatedAt: Instant | null;
  /** The remaining validity at `rotatedAt`. */
  leadTime: Seconds | null;
  /** For how long the generation was the current one. */
  interval: Seconds | null;
  isDated: boolean | null;
  isWitnessed: boolean | null;
  /** The smallest remaining validity that a job could have started with while the generation was served. */
  remainingWhenServedLast: Seconds;
}
