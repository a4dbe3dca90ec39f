// The commands that cron runs, compared with Node that does nothing.
import { join } from 'node:path';
import { startCommands } from '../harness/commands.mjs';
import { startMetadataEndpoint } from '../harness/metadata-endpoint.mjs';

/** The number of stored samples. */
const SAMPLES = 10;
const COLD = { CRED_WATCH_NO_CACHE: '1' };

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'start-up',
  title: 'Commands at ten samples',
  rounds: { full: 15, quick: 5 },
  prepare: async ({ folder }) => {
    const commands = startCommands(folder);
    const endpoint = await startMetadataEndpoint();
    const db = ['--db', join(folder, 'samples.db')];
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
    for (let sample = 0; sample < SAMPLES; sample += 1)
      await commands.measureProgram(['poll', ...db], { env });
    /** `warm` and `cold` are the largest allowed ratios with a code cache and without. */
    const pair = (name, args, { warm, cold }, options = {}) => {
      const run = (more) => () =>
        commands.measureProgram([...args, ...db], { ...options, env: { ...env, ...more } });
      return [
        { name, measure: run({}), goals: [{ most: warm }, { figure: 'cpu', most: warm }] },
        { name: `${name}, no code cache`, measure: run(COLD), goals: [{ most: cold }] },
      ];
    };
    // A report of a few minutes has no verdict.
    const report = { exitCodes: [0, 3] };
    return {
      cases: [
        { name: 'node -e 0', measure: commands.measureBareNode },
        {
          name: '--version',
          measure: () => commands.measureProgram(['--version']),
          goals: [{ most: 1.1 }],
        },
        ...pair('check -j 4h', ['check', '-j', '4h'], { warm: 2.9, cold: 3.7 }),
        {
          name: 'exec -j 4h -- true',
          measure: () => commands.measureProgram(['exec', '-j', '4h', ...db, '--', 'true'], { env }),
          goals: [{ most: 2.9 }],
        },
        ...pair('status', ['status'], { warm: 2.0, cold: 2.9 }, report),
        ...pair('report', ['report'], { warm: 2.2, cold: 3.0 }, report),
        ...pair('report -f json', ['report', '-f', 'json'], { warm: 1.7, cold: 2.2 }, report),
        { name: 'sources', measure: () => commands.measureProgram(['sources'], { env }) },
      ],
      close: async () => {
        await commands.close();
        await endpoint.stop();
      },
    };
  },
};
