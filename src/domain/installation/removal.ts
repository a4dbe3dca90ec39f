import type { UnitScope } from './schedule.ts';

/** A schedule that `init --write` installed, without edits. */
export type WrittenSchedule =
  | { kind: 'cron'; line: string; database: string }
  | {
      kind: 'systemd';
      scope: UnitScope;
      files: readonly string[];
      /** Null if only the timer exists. */
      database: string | null;
    };

/**
 * Why a schedule stays.
 * - `edited`: `init` wrote the schedule, or one like it, and its text has changed since
 * - `foreign`: `init` did not write the schedule
 * - `other-database`: the user selected another database
 */
export type KeepReason = 'edited' | 'foreign' | 'other-database';

export type KeptSchedule =
  | { kind: 'cron'; reason: KeepReason; line: string }
  | {
      kind: 'systemd';
      reason: KeepReason;
      scope: UnitScope;
      files: readonly string[];
      /** Of the files, those that give the reason. */
      changed: readonly string[];
    }
  /** Settings that the user added to a unit. */
  | { kind: 'drop-in'; reason: 'foreign'; folder: string };

/** What `init --remove` finds. */
export interface FoundSchedules {
  written: readonly WrittenSchedule[];
  kept: readonly KeptSchedule[];
}

/**
 * - `removed`
 * - `printed`: with `--dry-run`
 * - `declined`: the user answered no
 * - `nothing`: no schedule of `init` was found
 */
export type RemovalState = 'removed' | 'printed' | 'declined' | 'nothing';
