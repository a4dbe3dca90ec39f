import type { PolledState, ReportedState } from '../../domain/changes/poll-changes.ts';
import type { Instant, SourceName } from '../../domain/model.ts';

/** A command of `poll --on-change` with the jobs that it reports. Both are digests, because a command can contain secrets. */
export interface ChangeListener {
  command: string;
  /** `''` without jobs. */
  jobs: string;
}

/** The right to run a command for one host and source. */
export interface ChangeClaim {
  host: string;
  source: SourceName;
  listener: ChangeListener;
  /** Unique for each claim. */
  id: string;
}

/** The states that commands of `poll --on-change` have reported. */
export interface ReportedStates {
  /**
   * The state that the command has reported last. A command without a state of its own gets the newest state of another
   * command, with a verdict only on the same jobs. Null if no command has a state.
   */
  find(
    polled: { host: string; source: SourceName },
    listener: ChangeListener,
  ): { state: ReportedState; isOwn: boolean } | null;
  record(state: PolledState, listener: ChangeListener, at: Instant): void;
  /**
   * Claims the right to run the command if `needsRun` returns true. No other process compares or claims at the same time.
   * Null if no run is needed, or if another process has a claim that has not expired.
   * @param needsRun may read and record states. Is not called while another process has a claim
   */
  claim(
    polled: { host: string; source: SourceName },
    listener: ChangeListener,
    period: { now: Instant; expiresAt: Instant },
    needsRun: () => boolean,
  ): ChangeClaim | null;
  /** Ends a claim, and calls `record` in the same transaction. Does nothing if another process has the claim now. */
  release(claim: ChangeClaim, record: () => void): void;
}
