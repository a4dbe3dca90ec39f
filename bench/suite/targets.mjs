// Rows of bench/targets.mjs, which compares rounds of many targets with a minimal node:http client.
import { runProgramOfBench } from '../harness/commands.mjs';

const TARGETS = 1000;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'targets',
  title: 'A warm round of 1,000 targets',
  rounds: { full: 1, quick: 1 },
  prepare: ({ quick }) => {
    // The program runs its rounds in turn.
    const args = ['--targets', String(TARGETS), '--rounds', quick ? '3' : '9', '--json'];
    const results = runProgramOfBench('targets.mjs', args);
    const figures = ({ wall, cpu }, peakKiB) => ({ value: wall, cpuMs: cpu, peakKiB });
    return {
      cases: results.flatMap(({ kind, ours, bare, maxRss }) => [
        { name: `node:http, ${kind}`, baseline: null, once: true, measure: () => figures(bare) },
        {
          name: `targets, ${kind}`,
          baseline: `node:http, ${kind}`,
          once: true,
          measure: () => figures(ours, maxRss),
          goals: [
            { most: kind === 'imds' ? 450 : 250, against: null },
            { figure: 'memory', most: 160, against: null },
          ],
        },
      ]),
    };
  },
};
