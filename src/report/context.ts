import type { Instant, Seconds, SourceName } from '../domain/model.ts';
import type { Assessment } from '../domain/verdict/assessment.ts';

/** What a renderer needs besides the assessment. */
export interface ReportContext {
  now: Instant;
  margin: Seconds;
  /** The version of cred-watch. */
  version: string;
  /** The number of terminal columns. */
  width: number;
  hasColour: boolean;
  isAsciiOnly: boolean;
  /** Ignores `--since` and `--until`. Only metrics need this: their counters never decrease. */
  assessAllTime: () => Assessment;
  /** The version of Node.js, for the metric `build_info`. */
  nodeVersion?: string;
  /** Duration of the last poll. The database does not store it, so only a running poller knows it. */
  lastPoll?: { host: string; source: SourceName; seconds: number };
}
