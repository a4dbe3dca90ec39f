import { test } from 'vitest';

/** True in CI, which runs all cases of the slow tests. A local run takes a subset. */
export const isThorough = (process.env.CI ?? '') !== '';

/** A slow test that only CI runs. Another test covers the same feature in a local run. */
export const ciTest = test.runIf(isThorough);

/** All cases in CI, and every nth one in a local run. */
export const sampleCases = <T>(cases: readonly T[], n: number): readonly T[] =>
  isThorough ? cases : cases.filter((_, index) => index % n === 0);

/** For a test with thousands of steps in CI, where all cores are busy. A local run has few steps and the usual time. */
export const longTimeout = isThorough ? { timeout: 900_000 } : {};
