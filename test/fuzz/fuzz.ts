import fc from 'fast-check';
import { test } from 'vitest';
import { SEED } from '../support/seed.ts';

/** Seconds per target. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 10);

/** Declares a target. Checks random inputs until its time is over, and prints the seed and the number of inputs. */
export function fuzz<T>(name: string, inputs: fc.Arbitrary<T>, check: (input: T) => Promise<void>): void {
  test(name, async () => {
    const result = await fc.check(fc.asyncProperty(inputs, check), {
      seed: SEED,
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: SECONDS * 1000,
      markInterruptAsFailure: false,
      endOnFailure: process.env.FUZZ_SHRINK === undefined,
      ...(process.env.FUZZ_PATH === undefined ? {} : { path: process.env.FUZZ_PATH }),
    });
    if (result.failed) throw new Error(fc.defaultReportMessage(result), { cause: result.errorInstance });
    if (result.numRuns === 0) throw new Error(`${name}: no input was checked in ${SECONDS} s`);
    process.stdout.write(`${name}: ${result.numRuns} inputs, seed ${SEED}\n`);
  });
}
