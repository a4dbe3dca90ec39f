import type { Notes } from '../notes.ts';

/** Environment variables, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A variable, or null if not set or blank. Most SDKs ignore a blank variable too. botocore and the Rust SDK
 * use a blank URI or endpoint and fail, so a blank variable adds a note if `notes` is passed.
 */
export function readVariable(env: Environment, name: string, notes?: Notes): string | null {
  const value = env[name];
  if (value === undefined) return null;
  if (value.trim() !== '') return value;
  notes?.add({ code: 'BLANK_ENV', name });
  return null;
}

/** Every SDK treats an empty variable of the credential chain as not set. Most SDKs use a value of blanks. */
export const isVariableSet = (env: Environment, name: string): boolean => readVariable(env, name) !== null;
