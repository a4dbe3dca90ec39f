import { CredWatchError, describeSystemError, getSystemErrorCode } from './errors.ts';

/** The cause of a write error, and the fix. Null: only another file helps. */
type Explanation = readonly [reason: string, remedy: string | null];

const EXPLANATIONS: ReadonlyMap<string, Explanation> = new Map([
  ['ENOENT', ['the folder does not exist', 'create the folder']],
  ['ENOTDIR', ['a folder in the path is a file', 'check the path']],
  ['EISDIR', ['this is a folder', null]],
  ['EACCES', ['permission denied', null]],
  [
    'EPERM',
    [
      'the system does not permit it',
      'check the attributes of the file (`lsattr`) and the security policy (SELinux, AppArmor)',
    ],
  ],
  ['EROFS', ['the file system is read-only', null]],
  ['ENOSPC', ['the disk is full', 'free some space']],
  ['EDQUOT', ['the disk quota is used up', 'delete other files']],
  ['EFBIG', ['the file is larger than allowed', 'raise the limit (`ulimit -f`)']],
  ['EIO', ['the disk failed', 'check the disk and the system log']],
  ['EMFILE', ['too many open files', 'raise the limit (`ulimit -n`)']],
  ['ENFILE', ['the system has too many open files', 'close other programs']],
  ['ENAMETOOLONG', ['the name is too long', null]],
  ['ELOOP', ['the path has too many symbolic links', 'check the path']],
  ['ETXTBSY', ['the file is a running program', null]],
  ['ENXIO', ['no program reads from this pipe, or this is a socket', null]],
  ['ESTALE', ['the file server no longer knows the folder', 'mount the file system again']],
]);

/** The reason in words. Errors without an explanation are described by the system's words and their code. */
export const describeWriteError = (error: unknown): string =>
  EXPLANATIONS.get(getSystemErrorCode(error) ?? '')?.[0] ?? describeSystemError(error);

/**
 * What to do about a failed write.
 * @param otherPlace always helps: `write to another file`
 */
export function adviseWriteError(error: unknown, otherPlace: string): string {
  const [, remedy = null] = EXPLANATIONS.get(getSystemErrorCode(error) ?? '') ?? [];
  return remedy === null ? otherPlace : `${remedy}, or ${otherPlace}`;
}

/** A sentence for a system error of a write. Errors with a sentence stay as they are. */
export function explainWriteError(path: string, error: unknown, otherPlace: string): CredWatchError {
  if (error instanceof CredWatchError) return error;
  const reason = getSystemErrorCode(error) === null ? '' : `: ${describeWriteError(error)}`;
  return new CredWatchError(`could not write ${path}${reason}`, adviseWriteError(error, otherPlace), {
    cause: error,
  });
}
