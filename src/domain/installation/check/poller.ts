import type { Seconds } from '../../model.ts';
import type { FoundPoll } from '../found-poll.ts';
import type { UnitScope } from '../schedule.ts';

/** Where a poller was found. */
export type PollerPlace =
  /** `file`: null for the crontab of a user. */
  | { kind: 'cron'; file: string | null; user: string }
  | { kind: 'systemd'; scope: UnitScope; unit: string }
  | { kind: 'process'; pid: number };

/** Why a poller records nothing, or may record nothing. */
export type PollerProblem =
  | { code: 'program-missing'; path: string }
  /** `path`: the value of PATH that cron or systemd uses. */
  | { code: 'not-in-path'; name: string; path: string }
  | { code: 'folder-missing'; path: string }
  | { code: 'cron-not-running' }
  /** The processes of this machine cannot be read, as on macOS. */
  | { code: 'cron-unknown' }
  /** It cannot be known whether the command polls, or with which flags and variables. */
  | { code: 'command-unknown' }
  | { code: 'systemd-not-running' }
  | { code: 'unit-inactive'; unit: string; scope: UnitScope }
  | { code: 'run-failed'; unit: string; scope: UnitScope }
  /** The units of this user stop when the user logs out. */
  | { code: 'no-linger'; user: string };

/** Something that polls on this machine. */
export interface Poller {
  place: PollerPlace;
  poll: FoundPoll;
  /** Null if it cannot be known, for example for a process of another user. */
  database: string | null;
  /** Null if it is unknown. */
  interval: Seconds | null;
  /** It runs as the user of the check. */
  isOwn: boolean;
  /** Variables that the schedule sets. */
  variables: ReadonlyMap<string, string>;
  problem: PollerProblem | null;
}
