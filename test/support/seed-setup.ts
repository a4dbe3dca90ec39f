// Runs before each test file.
import fc from 'fast-check';
import { SEED } from './seed.ts';
import { isThorough } from './thorough.ts';

/** For properties without a number of their own. */
const numRuns = isThorough ? 100 : 30;

fc.configureGlobal({ seed: SEED, numRuns });
