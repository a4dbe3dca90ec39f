import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

type FsFunction = {
  [K in keyof typeof fs]: (typeof fs)[K] extends (...args: never[]) => unknown ? K : never;
}[keyof typeof fs];

/**
 * Replaces a function of `node:fs` until the test ends, for errors that a test cannot cause as root, and for
 * other processes that write at an exact moment.
 * @param replace gets the original function and returns its replacement
 */
export function replaceFs<K extends FsFunction>(
  name: K,
  replace: (original: (typeof fs)[K]) => (...args: Parameters<(typeof fs)[K]>) => unknown,
): void {
  const original = fs[name];
  Object.assign(fs, { [name]: replace(original) });
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fs, { [name]: original });
    syncBuiltinESMExports();
  });
}

/** Throws an error of the system. */
export function failWith(code: string): never {
  throw Object.assign(new Error(code), { code, syscall: 'test' });
}
