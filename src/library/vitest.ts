import { expect } from 'vitest';
import { type CredWatchMatchers, matchers } from './index.ts';

declare module 'vitest' {
  // `void`, because vitest extends Jest's declarations, and both may be present at the same time.
  // biome-ignore lint/suspicious/noExplicitAny: the type parameter must be the same as in vitest
  interface Matchers<T = any> extends CredWatchMatchers<void> {}
  interface AsymmetricMatchersContaining extends CredWatchMatchers<void> {}
}

expect.extend(matchers);
