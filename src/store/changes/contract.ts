import type { PolledState, ReportedState } from '../../domain/changes/poll-changes.ts';
import type { Instant, SourceName } from '../../domain/model.ts';

/** A command of `poll --on-change` with the jobs that it reports. Both are digests, because a command can contain secrets. */
export interface ChangeListener {
  command: string;
  /** `''` without jobs. */
  jobs: string;
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
}
