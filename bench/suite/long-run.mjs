// Rows of bench/long-run.mjs, which runs a poller for 2,000 polls.
import { runProgramOfBench } from '../harness/commands.mjs';

/** CPU time is counted in steps of 10 ms, and one step in five seconds is 0.2 %. */
const IDLE_PERCENT = 0.2;
/** V8 frees memory at any time, so flat is not exactly 1. */
const FLAT = 1.02;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'long-run',
  title: 'A long-running poller',
  rounds: { full: 1, quick: 1 },
  prepare: ({ quick }) => {
    const [result] = runProgramOfBench('long-run.mjs', ['--polls', quick ? '500' : '2000', '--json']);
    const row = (name, unit, value, most) => ({
      name,
      unit,
      baseline: null,
      once: true,
      measure: () => ({ value }),
      goals: [{ most, against: null }],
    });
    return {
      cases: [
        row('peak memory', 'MiB', result.peak, 75),
        row('memory at the end / after three quarters', 'times', result.growth, FLAT),
        row('CPU time between polls', '%', 100 * result.idleCpuShare, IDLE_PERCENT),
      ],
    };
  },
};
