/**
 * An error whose cause lies with the caller or their machine: shown as one line and a hint, without a stack.
 * `message` says what happened (lower case, no full stop, never a secret); `hint` says what to do.
 */
export class CredWatchError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CredWatchError';
    this.hint = hint;
  }
}

/** The code of a Node.js system error (`ENOENT`), or `''`. */
export function systemErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
