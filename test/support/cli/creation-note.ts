/** Almost every test starts with a new database, about which the first command prints a note. */
export const removeCreationNote = (stderr: string): string =>
  stderr.replace(/^note: created the database .* \((?:--db|CRED_WATCH_DB)\)\n/gm, '');
