import type { CredWatchMatchers } from './index.ts';

/**
 * The declarations of `cred-watch/jest` for both packages with Jest's types: `@types/jest`, and `@jest/globals`, which
 * uses the types of the package `expect`. The build copies this file, because neither package is installed here. Type
 * parameters must have the same names and constraints as in those packages.
 */
declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the same as in @types/jest
    interface Matchers<R, T = {}> extends CredWatchMatchers<R> {}
  }
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends CredWatchMatchers<R> {}
  interface AsymmetricMatchers extends CredWatchMatchers<void> {}
}
