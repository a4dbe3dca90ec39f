// Rows of bench/fleet.mjs, which fills a PostgreSQL server with the history of a fleet.
import { runProgramOfBench } from '../harness/commands.mjs';
import { findPostgresPrograms } from '../harness/postgres.mjs';

/** The program also measures larger fleets: see the section about fleets in docs/performance.md. */
const FULL_GENERATIONS = 100_000;
const QUICK_GENERATIONS = 20_000;
/** 10,000 hosts need twice as much. */
const MAX_MEMORY_MIB = 80;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'fleet',
  title: '100,000 generations in PostgreSQL (20,000 in a quick run)',
  rounds: { full: 1, quick: 1 },
  prepare: ({ quick }) => {
    findPostgresPrograms();
    // The program has rounds of its own.
    const generations = String(quick ? QUICK_GENERATIONS : FULL_GENERATIONS);
    const rows = runProgramOfBench('fleet.mjs', [
      '--generations',
      generations,
      '--rounds',
      quick ? '1' : '3',
      '--json',
    ]);
    return {
      cases: rows.map(({ name, unit, ...measurement }) => ({
        name,
        unit,
        baseline: null,
        once: true,
        measure: () => measurement,
        goals: name.startsWith('report --fleet')
          ? [{ figure: 'memory', most: MAX_MEMORY_MIB, against: null }]
          : [],
      })),
    };
  },
};
