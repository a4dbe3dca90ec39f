import type { Instant } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { RunningJobJudgement } from '../../domain/running-job/running-job.ts';

/** What `check --pid` shows about a process. */
export interface RunningJobView {
  pid: number;
  judgement: RunningJobJudgement;
  /** Null without keys. */
  accessKeyId: string | null;
  notes: readonly PollNote[];
  /** The verdict is followed by events, because the process is followed. */
  isFollowed: boolean;
}

/** A process while it is followed. */
export interface FollowedProcess {
  pid: number;
  startedAt: Instant;
  expiration: Instant;
}
