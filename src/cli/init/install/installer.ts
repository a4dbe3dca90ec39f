/** Installs a schedule. Nothing is written before `install` is called. */
export interface Installer {
  /** The schedule is installed already. */
  isComplete: boolean;
  install(): Promise<void>;
}
