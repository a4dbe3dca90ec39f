import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** Permanent codes of {@link CredWatchError}. Errors without a code of their own have `FAILED`. */
export type ErrorCode =
  | 'FAILED'
  | 'INVALID_ARGUMENT'
  | 'POLL_INTERVAL_TOO_SHORT'
  | 'CREDENTIALS_UNDECIDED'
  | 'RUN_NOT_FOUND'
  | 'SELECTION_TOO_LARGE'
  | 'DATABASE_BUSY'
  | 'DATABASE_DAMAGED'
  | 'DATABASE_FULL'
  | 'DATABASE_IO_ERROR'
  | 'DATABASE_INVALID_PATH'
  | 'DATABASE_NOT_OURS'
  | 'DATABASE_NO_PERMISSION'
  | 'DATABASE_TOO_NEW'
  | 'DATABASE_DRIVER_MISSING';

export interface CredWatchErrorOptions {
  cause?: unknown;
  code?: ErrorCode;
}

/**
 * An error that the user can fix. It is shown as one line and a hint, without a stack trace. `message` says
 * what happened (lower case, no full stop, no secret). `hint` says what to do.
 */
export class CredWatchError extends Error {
  readonly hint: string | undefined;
  readonly code: ErrorCode;

  constructor(message: string, hint?: string, { cause, code = 'FAILED' }: CredWatchErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CredWatchError';
    this.hint = hint;
    this.code = code;
  }
}

/** A value that is not in a list of choices. The command line adds "did you mean" to the hint. */
export class UnknownValueError extends CredWatchError {
  readonly value: string;
  readonly choices: readonly string[];
  /** Continues the list of choices in the hint; may be `''`. */
  readonly moreChoices: string;

  constructor(message: string, value: string, choices: readonly string[], moreChoices = '') {
    super(message, `use one of ${choices.join(', ')}${moreChoices}`, { code: 'INVALID_ARGUMENT' });
    this.value = value;
    this.choices = choices;
    this.moreChoices = moreChoices;
  }
}

/** The code of a Node.js system error, such as `ENOENT`. Null for other errors. */
export function getSystemErrorCode(error: unknown): string | null {
  if (error instanceof CredWatchError) return null;
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  return code?.startsWith('Unknown system error') ? findErrorName(error) : code;
}

/** Node has no names for some errors of file systems, such as EDQUOT and ESTALE. */
function findErrorName(error: unknown): string {
  const number = -(getErrorNumber(error) ?? 0);
  const [name] = Object.entries(constants.errno).find(([, each]) => each === number) ?? [];
  return name ?? 'unknown error';
}

const getErrorNumber = (error: unknown): number | null =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : null;

/** The error in words and its code, such as `no such file or directory (ENOENT)`. Only the code if it has no words. */
export function describeSystemError(error: unknown): string {
  const code = getSystemErrorCode(error) ?? 'unknown error';
  const lookup = LOOKUP_ERRORS.get(code);
  if (lookup !== undefined) return `${lookup} (${code})`;
  const number = getErrorNumber(error);
  if (number === null) return code;
  const words = getSystemErrorMap().get(number)?.[1];
  return words === undefined ? code : `${words} (${code})`;
}

/** The words of the system, "temporary failure" and "unknown node or service", do not mention the name of the host. */
const LOOKUP_ERRORS: ReadonlyMap<string, string> = new Map([
  ['EAI_AGAIN', 'could not resolve the host name now'],
  ['ENOTFOUND', 'could not resolve the host name'],
]);
