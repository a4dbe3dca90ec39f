import { expect } from 'vitest';
import { type CredWatchMatchers, matchers } from './index.ts';

declare module 'vitest' {
  // By these names since vitest 1.0. The parameter and its default have to be written as they are there.
  // biome-ignore lint/suspicious/noExplicitAny: as vitest has it
  interface Assertion<T = any> extends CredWatchMatchers<T> {}
  interface AsymmetricMatchersContaining extends CredWatchMatchers {}
}

expect.extend(matchers);
