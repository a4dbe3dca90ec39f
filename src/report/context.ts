import type { Instant, Seconds, SourceName } from '../domain/model.ts';
import type { PresignedUrls } from '../domain/presigned/url-lifetimes.ts';
import type { Assessment } from '../domain/verdict/assessment.ts';
import type { SeriesLimits } from '../domain/verdict/shown-series.ts';
import type { TextStyle } from './terminal/text-style.ts';

/** What a renderer needs besides the assessment. */
export interface ReportContext extends TextStyle {
  now: Instant;
  margin: Seconds;
  /** The version of cred-watch. */
  version: string;
  /** What the table, Markdown and the page show. Other formats contain all series. */
  seriesLimits: SeriesLimits;
  /** Ignores `--since` and `--until`. Only metrics need this: their counters never decrease. */
  assessAllTime: () => Assessment;
  /** Presigned URLs to show, in formats that support them. */
  presigned?: readonly PresignedUrls[];
  /** The namespace of metrics in CloudWatch. Only the format `emf` needs it. */
  namespace?: string;
  /** The version of Node.js, for the metric `build_info`. */
  nodeVersion?: string;
  /** Durations of last polls. The database does not store them, so only a running poller knows them. */
  lastPolls?: readonly { host: string; source: SourceName; seconds: number }[];
}
