import type { FailureFacts, FailureReason, Instant, Seconds, SourceName } from '../../model.ts';
import type { PollNote } from '../../poll-note.ts';
import type { RotationBasis } from '../choose-interval.ts';
import type { AssumedSource, DatabaseFacts, ErrorText, ExposedPaths } from './facts.ts';
import type { PollerPlace, PollerProblem } from './poller.ts';

/**
 * - `problem`: nothing or too little is recorded, or the recorded samples are exposed or wrong
 * - `unknown`: the state could not be read
 * - `note`: everything works, but the user should know the fact
 */
export type CheckState = 'ok' | 'problem' | 'unknown' | 'note';

/** The fields of each check. */
export interface InstallationCheckFields {
  /**
   * No poller records in the database. `unknown`: the database of each poller is unknown. `otherDatabase`: the database of
   * another poller, first of those of this user.
   */
  NO_POLLER: { otherDatabase: string | null };
  /** A poller of another database. `database` is not null. */
  OTHER_POLLER: {
    place: PollerPlace;
    intervalSeconds: Seconds | null;
    problem: PollerProblem | null;
    database: string;
  };
  POLLER: { place: PollerPlace; intervalSeconds: Seconds | null; problem: PollerProblem | null };
  /**
   * Only if rotations can be missed. `note`: how often the source rotates is general knowledge. `basis` says how often the
   * credentials change.
   */
  POLL_INTERVAL: { intervalSeconds: Seconds; pollEverySeconds: Seconds; basis: RotationBasis };
  LAST_POLL: {
    at: Instant | null;
    ageSeconds: Seconds | null;
    allowedSeconds: Seconds;
    failure: { reason: FailureReason; detail: string } | null;
    /** Only polls of this source count. Null: of all sources. */
    source: SourceName | null;
    /** Sources with polls in the database, if no poll of the source is recorded. */
    otherSources: readonly SourceName[];
    /** The newest sample, if another command than `poll` recorded it. Null: `poll` did, or there is none. */
    otherSampleAt: Instant | null;
  };
  DATABASE: Pick<DatabaseFacts, 'path' | 'error' | 'mayBeRoots'> & { problem: DatabaseProblem | null };
  DATABASE_ACCESS: ExposedPaths;
  CLOCK: { offsetSeconds: Seconds | null };
  NODE: { path: string; version: string | null; minVersion: string };
  ADDON: { error: ErrorText | null };
  CREDENTIALS: { failure: FailureFacts | null; error: ErrorText | null };
  /** SDKs with the variables of the check do not use the polled source. */
  OTHER_CREDENTIALS: { note: PollNote };
  /** SDKs use this source in this shell, but a poll without `--source` does not. */
  ASSUMED_SOURCE: { source: AssumedSource; otherSource: 'imds' | 'container' };
  HOP_LIMIT: { isBlocked: boolean | null };
  IMDS_V1: Record<never, never>;
}

export type DatabaseProblem = Exclude<DatabaseFacts['state'], 'usable'>;
export type InstallationCheckCode = keyof InstallationCheckFields;
export type InstallationCheck = {
  [C in InstallationCheckCode]: { code: C; state: CheckState } & InstallationCheckFields[C];
}[InstallationCheckCode];
