/** What `poll`, `check` and `exec` print for credentials of `cred-watch simulate`. */
export const SIMULATED_NOTE =
  'note: the credentials are false: they come from `cred-watch simulate`; keep them out of the database of real ones with --db or CRED_WATCH_DB\n';
