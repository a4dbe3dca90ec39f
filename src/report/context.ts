import type { SourceKnowledge } from '../domain/general-knowledge/source-knowledge.ts';
import type { Instant, Seconds, SourceName } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import type { PresignedUrls } from '../domain/presigned/url-lifetimes.ts';
import type { Assessment } from '../domain/verdict/assessment.ts';
import type { SeriesLimits } from '../domain/verdict/shown-series.ts';
import type { TimedTextStyle } from './terminal/text-style.ts';

/** What a renderer needs besides the assessment. */
/** The context of the reports about series and about hosts. */
export interface OutputContext extends TimedTextStyle {
  now: Instant;
  margin: Seconds;
  /** The version of cred-watch. */
  version: string;
}

export interface ReportContext extends OutputContext {
  /** What the table, Markdown and the page show. Other formats contain all series. */
  seriesLimits: SeriesLimits;
  /** Ignores `--since` and `--until`. Only metrics need this: their counters never decrease. */
  assessAllTime: () => Assessment;
  /** Presigned URLs to show, in formats that support them. */
  presigned?: readonly PresignedUrls[];
  /** Of sources that were not measured enough. Absent: all were, or the format does not show it. */
  generalKnowledge?: readonly SourceKnowledge[];
  /** The namespace of metrics in CloudWatch. Only the format `emf` needs it. */
  namespace?: string;
  /** The version of Node.js, for the metric `build_info`. */
  nodeVersion?: string;
  /** Why there are no series, for example because of a mistyped filter. Absent: the general sentence. */
  noSeriesMessage?: string;
  /** The database does not store them, so only a running poller knows them. */
  lastPolls?: readonly LastPoll[];
}

/** The last poll of a source by a running poller. Times are by the clock of the poller. */
export interface LastPoll {
  host: string;
  source: SourceName;
  /** The duration of the poll. */
  seconds: number;
  endedAt: Instant;
  /** Null while a poll runs. Infinite after the last poll. */
  nextPollAt: Instant | null;
  /** Why SDKs with the variables of the poller use other credentials. Null if they use the polled ones. */
  otherCredentials?: PollNote | null;
}
