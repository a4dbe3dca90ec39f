import { expect } from 'vitest';
import { type CredWatchMatchers, matchers } from './index.ts';

declare module 'vitest' {
  // `void`, as what Jest's types say of the same matcher: vitest takes those in, and both may be there at once.
  // biome-ignore lint/suspicious/noExplicitAny: the parameter has to be written as vitest has it
  interface Matchers<T = any> extends CredWatchMatchers<void> {}
  interface AsymmetricMatchersContaining extends CredWatchMatchers<void> {}
}

expect.extend(matchers);
