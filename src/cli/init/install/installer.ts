/** Installs a schedule. Nothing is written before `install` is called. */
export interface Installer {
  /** The schedule is installed already. */
  isComplete: boolean;
  /** The line of the crontab that is replaced. Null if none is. */
  replaces: string | null;
  install(): Promise<void>;
}
