import type { FailureFacts, FailureReason, Instant, Seconds, SourceName } from '../../model.ts';
import type { PollNote } from '../../poll-note.ts';
import type { RotationBasis, ValidityBasis } from '../choose-interval.ts';
import type { Poller } from './poller.ts';

/** A message of an error, and what to do. Both are safe to print. */
export interface ErrorText {
  message: string;
  hint: string | null;
}

/** Files that other users can read or change. */
export interface ExposedPaths {
  readable: readonly string[];
  writable: readonly string[];
  folders: readonly string[];
}

export interface DatabaseFacts {
  path: string;
  state: 'usable' | 'missing' | 'empty' | 'read-only' | 'unreadable';
  /** For `unreadable`. */
  error: ErrorText | null;
  exposed: ExposedPaths;
  /** Other users cannot see whether root has a database. */
  mayBeRoots: boolean;
}

/** What the database knows about polls. */
export interface RecordedPolls {
  /** The newest sample of the command `poll`, or the newest failed poll. Null if there is none. */
  last: LastPoll | null;
  /** The newest sample of any command. */
  sampleAt: Instant | null;
  /** The oldest sample or failed poll. */
  firstAt: Instant;
}

export interface LastPoll {
  at: Instant;
  /** Null for a sample. */
  failure: { reason: FailureReason; detail: string } | null;
}

/** A poll of the check, which is not recorded. */
export type ProbeFacts =
  | {
      isOk: true;
      source: SourceName;
      apiVersion: string | null;
      clockOffset: Seconds | null;
      possibleHopLimit: boolean;
      otherCredentials: PollNote | null;
      validity: ValidityBasis;
    }
  | {
      isOk: false;
      source: SourceName;
      clockOffset: Seconds | null;
      failure: FailureFacts;
      /** Why SDKs with the variables of the check use other credentials. Null if they use these. */
      otherCredentials: PollNote | null;
    }
  /** SDKs disagree, or the flags are wrong. */
  | { isOk: null; error: ErrorText };

/** A source that nobody chose: SDKs use it in this shell, and no poller shows what is polled. */
export type AssumedSource = Exclude<SourceName, 'imds' | 'container'>;

export interface NodeFacts {
  /** The Node of the schedule, or of this process. */
  path: string;
  /** Null if it does not run. */
  version: string | null;
  /** Why this process cannot load the addon of SQLite. Null if it can. */
  addonError: ErrorText | null;
}

/** What `init --check` reads on a machine. */
export interface InstallationFacts {
  now: Instant;
  pollers: readonly Poller[];
  database: DatabaseFacts;
  /** Of the source that the check polls. Null if nothing is recorded. */
  polls: RecordedPolls | null;
  /** The sources of the polls in the database. Empty if it cannot be read. */
  polledSources: readonly SourceName[];
  /** What the check polls, although a poll without flags polls IMDS or a container. Else null. */
  assumedSource: AssumedSource | null;
  /** By the poll of the check, else the newest recorded one. Null if unknown. */
  clockOffset: Seconds | null;
  node: NodeFacts;
  probe: ProbeFacts;
  /** How often the credentials of the check change. Null if they do not rotate, or if it is unknown. */
  basis: RotationBasis | null;
}
