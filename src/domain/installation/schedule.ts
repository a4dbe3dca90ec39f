import type { Seconds, SourceName } from '../model.ts';

/** What keeps sampling on a machine. `process` is `poll --interval`, started by the user. */
export const SCHEDULE_KINDS = ['cron', 'systemd', 'sidecar', 'process'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** An orchestrator whose definition of a task or pod can have a second container. */
export type Orchestrator = 'ecs' | 'kubernetes';

/** The facts of a machine that decide what can keep sampling there. */
export interface Host {
  isRoot: boolean;
  /** systemd has started this machine. */
  hasSystemd: boolean;
  /** The program `crontab` exists. */
  hasCrontab: boolean;
  /** Why this user cannot read a crontab, for example because of `/etc/cron.allow`. Null if nothing is known. */
  crontabError: string | null;
  /** Null if it is unknown whether the cron daemon runs, as on macOS. */
  isCronRunning: boolean | null;
  /** Null outside of containers. */
  container: Orchestrator | 'other' | null;
}

/** A poll that works without the environment of a shell. All paths are absolute. */
export interface PollCommand {
  node: string;
  program: string;
  source: SourceName;
  /** The arguments, from `poll` on, without `--db`. */
  words: readonly string[];
  database: string;
  /** The database is the one that this user gets without `--db`. */
  isDefaultDatabase: boolean;
  /** Variables that the source reads. None is a secret. */
  variables: readonly (readonly [name: string, value: string])[];
  /** Set variables of the shell that the source also reads. They are secret, so only their names are known here. */
  inherited: readonly string[];
}

/** Why a schedule cannot run a poll. */
export type ScheduleProblem =
  /** The source needs variables of the shell or of the container, and some of them are secret. */
  | { code: 'SHELL_SOURCE'; source: SourceName }
  | { code: 'INTERVAL'; kind: ScheduleKind; every: Seconds }
  /** This user may not use the program `crontab`. */
  | { code: 'CRONTAB'; reason: string }
  | { code: 'LINE_END' }
  | { code: 'BACKSLASH'; word: string }
  | { code: 'LINE_TOO_LONG'; length: number; limit: number }
  /** A unit of the system runs as a user without a home folder. */
  | { code: 'UNIT_SOURCE'; source: SourceName }
  | { code: 'UNIT_PROFILE' }
  | { code: 'UNIT_PROGRAM'; path: string }
  | { code: 'UNIT_DATABASE'; path: string }
  /** systemd rejects quotes and backslashes in the path of a program. */
  | { code: 'UNIT_NODE'; path: string }
  | { code: 'NO_ORCHESTRATOR' };

/** Why `init` chose a process, although nothing starts it again. */
export type ProcessReason =
  /** `hasCron`: a cron daemon runs in the container. */
  | { code: 'CONTAINER'; hasCron: boolean }
  | { code: 'CRON_NOT_RUNNING' }
  | { code: 'NO_SCHEDULER' }
  /** Neither cron nor systemd can run the poll. */
  | { code: 'PROBLEM'; problem: ScheduleProblem };

/** The manager of systemd that runs the units: of the system, or of one user. */
export type UnitScope = 'system' | 'user';

/** A file that `--write` writes. */
export interface ScheduleFile {
  path: string;
  content: string;
}

/** What keeps sampling, as text that a user can copy, and as files and commands. */
export type Schedule =
  | { kind: 'cron'; comment: string; line: string }
  | { kind: 'systemd'; scope: UnitScope; files: readonly ScheduleFile[]; commands: readonly string[][] }
  | { kind: 'sidecar'; orchestrator: Orchestrator; text: string }
  | { kind: 'process'; command: string };

/** A schedule whose interval is not chosen yet. */
export interface SchedulePlace {
  kind: ScheduleKind;
  /** Of units of systemd. */
  scope: UnitScope;
}

/** What `--write` replaces: an earlier schedule of `init`. */
export interface ReplacedSchedule {
  /** The line of the crontab. Null for units. */
  line: string | null;
  /** Null if only the service exists. */
  every: Seconds | null;
}

/** What `init` did. */
export interface Installation {
  state: InstallationState;
  /** Null if nothing is replaced. */
  replaced: ReplacedSchedule | null;
}

/**
 * - `printed`: the user installs the schedule
 * - `declined`: the user answered no
 * - `unchanged`: the schedule was already installed
 */
export type InstallationState = 'printed' | 'installed' | 'unchanged' | 'declined';
