import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import type { InitAttention } from '../../domain/installation/attention.ts';
import type { Poller } from '../../domain/installation/check/poller.ts';
import type { IntervalReason } from '../../domain/installation/choose-interval.ts';
import type { NextReport } from '../../domain/installation/next-report.ts';
import type { PollCommand, ProcessReason, Schedule } from '../../domain/installation/schedule.ts';
import type { Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../../domain/model.ts';

/** What `init` found and did. */
export interface InitReport {
  generatedAt: Instant;
  identity: SeriesIdentity;
  /** Null if the source has no endpoint. */
  endpoint: string | null;
  credentials: IssuedCredentials;
  remaining: Seconds;
  /** The credentials are false: they come from `cred-watch simulate`. */
  isSimulated: boolean;
  clockOffset: Seconds | null;
  database: string;
  isDefaultDatabase: boolean;
  sampleCount: number;
  /** Witnessed rotations. */
  rotationCount: number;
  poll: PollCommand;
  every: Seconds;
  /** Null: the interval is the usual one, or the user chose it, or an attention gives the reason. */
  intervalReason: IntervalReason | null;
  schedule: Schedule;
  /** The poller that is installed already. Null: the schedule has to be installed. */
  existing: Poller | null;
  /** Why `init` chose a process. Null for other schedules, and for a process that the user chose. */
  processReason: ProcessReason | null;
  attentions: readonly InitAttention[];
  /** Empty if rotations were measured. */
  knowledge: readonly SourceKnowledge[];
  nextReport: NextReport;
  /** The job that the user wants to judge. Null: none. */
  jobDuration: Seconds | null;
}
