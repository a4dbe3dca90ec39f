import type { CredWatchMatchers } from './index.ts';

/**
 * The declarations of `cred-watch/jest`, for both ways to have Jest's types: `@types/jest`, and `@jest/globals`, whose
 * matchers are those of the package `expect`. Written by hand and copied by the build, because neither is installed
 * here. The parameters have to be called and bounded as they are there.
 */
declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as @types/jest has it
    interface Matchers<R, T = {}> extends CredWatchMatchers<R> {}
  }
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends CredWatchMatchers<R> {}
  interface AsymmetricMatchers extends CredWatchMatchers<void> {}
}
