import type { CredWatchMatchers } from './index.ts';

/**
 * The declarations of `cred-watch/jest`. They extend `@types/jest`, and the package `expect`, whose types
 * `@jest/globals` uses. The type parameters must have the same names and constraints as in those packages.
 * The build copies this file, because none of these packages is installed here.
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
