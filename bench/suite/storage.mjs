// The size of a database, and the commands that read or delete all samples. The others copy the same samples without
// reading their times.
import { copyFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { missingTools, startCommands } from '../harness/commands.mjs';
import { importRows, loadLongSeries, writeLog } from '../harness/long-series.mjs';

const FULL_GENERATIONS = 16_667;
const QUICK_GENERATIONS = 1667;
const SAMPLES_PER_GENERATION = 60;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'storage',
  title: 'One million stored samples (100,000 in a quick run)',
  rounds: { full: 5, quick: 2 },
  prepare: async ({ folder, quick, keep }) => {
    const generations = quick ? QUICK_GENERATIONS : FULL_GENERATIONS;
    const samples = generations * SAMPLES_PER_GENERATION;
    const { writeSampledSeries, generateLongSeries } = await loadLongSeries();
    const commands = startCommands(folder);
    const database = await keep(`samples-${generations}.db`, (file) => writeSampledSeries(file, generations));
    const log = await keep(`samples-${generations}.log`, (file) =>
      writeLog(file, generateLongSeries(generations)),
    );
    const noSqlite = missingTools('sqlite3');
    const rows = noSqlite ? '' : await keep(`sample-rows-${generations}.db`, (file) => importRows(file, log));
    const pruned = join(folder, 'pruned.db');
    const prune = (file) => commands.measureProgram(['prune', '--older-than', '1s', '--db', file]);
    const restore = () => {
      for (const end of ['-wal', '-shm']) rmSync(`${pruned}${end}`, { force: true });
      copyFileSync(database, pruned);
    };
    // The empty tables of a small database take up more than the difference to the goals.
    const size = (name, file, most) => ({
      name,
      unit: 'bytes',
      baseline: null,
      once: true,
      measure: () => ({ value: statSync(file).size / samples }),
      goals: most === undefined || quick ? [] : [{ most, against: null }],
    });
    return {
      cases: [
        { name: 'node -e 0', runsPerRound: 5, measure: commands.measureBareNode },
        {
          name: 'export',
          measure: () => commands.measureProgram(['export', '--db', database, '-o', join(folder, 'export')]),
          goals: [{ most: 150, figure: 'cpu' }],
        },
        { name: 'prune of all samples', before: restore, measure: () => prune(pruned) },
        {
          name: 'sqlite3 -json on raw rows',
          skip: noSqlite,
          measure: () => commands.measure(['sqlite3', '-json', rows, 'SELECT * FROM samples']),
        },
        {
          name: 'mawk that writes the log as JSON',
          skip: missingTools('mawk'),
          measure: () => commands.measure(['mawk', MAWK, log]),
        },
        size('a kept sample', database, 18),
        // The last round has pruned the copy.
        { ...size('a pruned sample', pruned, 3), before: pruneCopy },
        size('a line of the text log', log),
        ...(noSqlite ? [] : [size('a raw row of SQLite', rows)]),
      ],
      close: commands.close,
    };

    async function pruneCopy() {
      restore();
      await prune(pruned);
    }
  },
};

const MAWK = `{ printf "{\\"observed_at\\":%d,\\"key\\":\\"%s\\",\\"updated\\":%d,\\"expiration\\":%d}\\n", $1, $2, $3, $4 }`;
