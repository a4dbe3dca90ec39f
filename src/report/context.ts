import type { Instant, Seconds, SourceName } from '../domain/model.ts';
import type { Assessment } from '../domain/verdict/assessment.ts';

/** What a renderer is told beside the series. */
export interface ReportContext {
  now: Instant;
  margin: Seconds;
  /** Of cred-watch. */
  version: string;
  /** Columns of the terminal. */
  width: number;
  hasColour: boolean;
  /** Nothing but ASCII can be shown. */
  isAsciiOnly: boolean;
  /** Assesses the same series without `--since` and `--until`. Only metrics need the result: counters never decrease. */
  assessAllTime: () => Assessment;
  /** Of Node.js; absent where nobody asked. */
  nodeVersion?: string;
  /** How long the last poll took. Absent where nobody is polling: nothing stored tells. */
  lastPoll?: { host: string; source: SourceName; seconds: number };
}
