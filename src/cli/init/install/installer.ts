import type { ReplacedSchedule } from '../../../domain/installation/schedule.ts';

/** Installs a schedule. Nothing is written before `install` is called. */
export interface Installer {
  /** The schedule is installed already. */
  isComplete: boolean;
  /** The earlier schedule that is replaced. Null if none is. */
  replaces: ReplacedSchedule | null;
  /** Resolves to what was replaced. */
  install(): Promise<ReplacedSchedule | null>;
}
