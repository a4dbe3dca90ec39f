import type { CredWatchError } from '../../src/errors.ts';

/** Returns the error that `action` throws, with the fields of a `CredWatchError` if it is one. */
export function catchError(action: () => unknown): Error & Partial<Pick<CredWatchError, 'hint' | 'code'>> {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('the action has thrown no error');
}

/** As {@link catchError}, for a promise. */
export async function catchRejection(promise: Promise<unknown>): Promise<ReturnType<typeof catchError>> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('the promise was not rejected');
}
