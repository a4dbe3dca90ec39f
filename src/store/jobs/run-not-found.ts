import { CredWatchError } from '../../errors.ts';

/** For a start that was deleted in the meantime. */
export const createRunNotFoundError = (file: string): CredWatchError =>
  new CredWatchError(
    `${file} no longer has the start of this run`,
    'do not move or delete the database while jobs run',
    { code: 'RUN_NOT_FOUND' },
  );
