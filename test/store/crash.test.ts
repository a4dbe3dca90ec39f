import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { bundleProgram, PROGRAM_ENV } from '../support/bundled-program.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { seededRandom } from '../support/random.ts';
import { isThorough } from '../support/thorough.ts';

/** CI sets the variable to run more cases. */
const KILLS = Number(process.env.CRED_WATCH_TEST_KILLS ?? (isThorough ? 100 : 6));

/** Each round of kills starts with a new file. */
const KILLS_PER_ROUND = 20;

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
  const random = seededRandom(2026);
  const database = join(folder, 'samples.db');
  const acknowledged: number[] = [];
  // Each writer has its own times: equal samples would be stored twice, but counted once.
  let writerCount = 0;
  const runNext = (life: number) => runAndKill(database, 1_000_000 * writerCount++, life);
  for (let kill = 0; kill < KILLS; kill += 1) {
    if (kill % KILLS_PER_ROUND === 0) {
      for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
      acknowledged.length = 0;
    }
    acknowledged.push(...(await runNext(random() * MAX_LIFE_MS)));
    if (kill % KILLS_PER_ROUND < KILLS_PER_ROUND - 1 && kill < KILLS - 1) continue;
    // On a busy machine, all writers may be killed before their first sample. Then further writers run for
    // longer.
    let writersInRound = KILLS_PER_ROUND;
    for (let life = 2 * MAX_LIFE_MS; acknowledged.length === 0; life *= 2) {
      writersInRound += 1;
      acknowledged.push(...(await runNext(life)));
    }
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
    expect(recorded.length).toBeLessThanOrEqual(acknowledged.length + writersInRound);
    expect(counted).toBe(recorded.length);
    expect(existsSync(database)).toBe(true);
  }
});
