import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from '../support/cli/built-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { type Fault, FaultRunner } from '../support/faults/fault-run.ts';
import { compileFaultLibrary, noFaultLibrary } from '../support/faults/library.ts';
import { FAULT_SCENARIOS } from '../support/faults/scenarios.ts';
import { between, seededRandom } from '../support/random.ts';
import { SEED } from '../support/seed.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';

/** Faults per scenario. `npm run faults` tests all. */
const FAULTS = process.env.FAULTS ?? (isThorough ? '10' : '1');

const HOURS = 3_600_000;
const folder = temporaryFolder(afterAll);
const skipped = noFaultLibrary === null ? '' : ` (skipped: ${noFaultLibrary})`;

describe.skipIf(noFaultLibrary !== null && !isThorough)(`system calls on the database fail${skipped}`, () => {
  const library = noFaultLibrary === null ? compileFaultLibrary(folder) : '';

  test.for(sampleCases(FAULT_SCENARIOS, 9))(
    `$name loses nothing and reports one error (seed ${SEED})`,
    {
      timeout: 10 * HOURS,
    },
    async (scenario) => {
      expect(noFaultLibrary).toBeNull();
      const own = join(folder, scenario.name.replaceAll(' ', '-'));
      mkdirSync(own);
      const runner = new FaultRunner(scenario, own, library, runProgram);
      const all = await runner.listFaults();
      const faults = FAULTS === 'all' ? all : chooseFaults(all, Number(FAULTS));
      const failures: string[] = [];
      for (const fault of faults) {
        await runner.check(fault).catch((error: Error) => {
          failures.push(`call ${fault.at} fails with ${fault.error}, ${fault.kind}: ${error.message}`);
        });
      }
      expect(failures).toEqual([]);
    },
  );
});

function chooseFaults(all: readonly Fault[], count: number): Fault[] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, () => all[between(0, all.length - 1, random)]).filter(
    (fault) => fault !== undefined,
  );
}
