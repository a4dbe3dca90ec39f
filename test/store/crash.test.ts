import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { bundleProgram, PROGRAM_ENV } from '../support/bundled-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { seededRandom } from '../support/random.ts';
import { isThorough } from '../support/thorough.ts';

/** CI sets the variable to run more cases. */
const KILLS = Number(process.env.DATABASE_KILLS ?? (isThorough ? 100 : 6));

/** Each round of kills starts with a new file. */
const KILLS_PER_ROUND = 20;

/** Writers mostly wait for their start and their end. */
const ROUNDS_AT_ONCE = 3;

/** Counted from the moment at which a writer opens the database, so no kill happens while Node starts. */
const MAX_LIFE_MS = 100;

const folder = temporaryFolder(afterAll);
let program = '';

beforeAll(async () => {
  program = await bundleProgram('store/writer.ts', folder);
});

/** Runs one writer, kills it, and returns the times of the samples that the writer acknowledged. */
function runAndKill(database: string, first: number, life: number): Promise<number[]> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, database, String(first)], {
      env: PROGRAM_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, error] = ['', ''];
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
      if (out.includes('\n')) timer ??= setTimeout(() => child.kill('SIGKILL'), life);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      error += chunk;
    });
    child.on('error', fail);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') fail(new Error(`the writer ended by itself with ${code}: ${error}`));
      // The first line is not about a sample. The kill may have cut off the last line.
      else done(out.split('\n').slice(1, -1).map(Number));
    });
  });
}

test(`a database survives ${KILLS} kills at random times with every acknowledged sample`, {
  timeout: KILLS * 2000,
}, async () => {
  const rounds = Array.from({ length: Math.ceil(KILLS / KILLS_PER_ROUND) }, (_, index) => index).values();
  const runRounds = async () => {
    for (const round of rounds)
      await runRound(round, Math.min(KILLS_PER_ROUND, KILLS - round * KILLS_PER_ROUND));
  };
  await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, runRounds));
});

/** Kills writers of a new file, and compares the file with what the writers acknowledged. */
async function runRound(round: number, kills: number): Promise<void> {
  const random = seededRandom(2026 + round);
  const database = join(folder, `samples-${round}.db`);
  const acknowledged: number[] = [];
  // Each writer has its own times: equal samples would be stored twice, but counted once.
  let writers = 0;
  const runNext = (life: number) => runAndKill(database, 1_000_000 * writers++, life);
  for (let kill = 0; kill < kills; kill += 1) acknowledged.push(...(await runNext(random() * MAX_LIFE_MS)));
  // On a busy machine, all writers may be killed before their first sample. Then further writers run for longer.
  for (let life = 2 * MAX_LIFE_MS; acknowledged.length === 0; life *= 2)
    acknowledged.push(...(await runNext(life)));
  const store = SampleStore.open(database);
  const recorded = [...store.records()].map((each) =>
    each.record === 'sample' ? each.sample.observedAt : -1,
  );
  const counted = store
    .histories()
    .reduce((sum, { generations }) => sum + generations.reduce((n, g) => n + g.samples, 0), 0);
  store.close();
  const found = new Set(recorded);
  expect(acknowledged.filter((time) => !found.has(time))).toEqual([]);
  // Each writer may have recorded one more sample than it acknowledged before the kill.
  expect(recorded.length).toBeLessThanOrEqual(acknowledged.length + writers);
  expect(counted).toBe(recorded.length);
  expect(existsSync(database)).toBe(true);
}
