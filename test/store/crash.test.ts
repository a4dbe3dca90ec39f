import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SampleStore } from '../../src/store/sample-store.ts';
import { seededRandom } from '../support/domain/simulated-source.ts';
import { bundleProgram, PROGRAM_ENV } from '../support/store/bundled-program.ts';
import { isThorough } from '../support/thorough.ts';

/** A thorough run asks for more by this variable. */
const KILLS = Number(process.env.CRED_WATCH_TEST_KILLS ?? (isThorough ? 100 : 40));

/** A series of kills hits a new file, too. */
const SERIES = 20;

/** A writer starts in about 100 ms; kills spread from before its first sample to well into its stride. */
const LONGEST_LIFE = 350;

const folder = mkdtempSync(join(tmpdir(), 'cred-watch-crash-'));
let program = '';

beforeAll(async () => {
  program = await bundleProgram('writer.ts', folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one writer until it is killed, and returns what it acknowledged: the moment of each sample. */
function runAndKill(database: string, first: number, life: number): Promise<number[]> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, database, String(first)], {
      env: PROGRAM_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, error] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      error += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), life);
    child.on('error', fail);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') fail(new Error(`the writer ended by itself with ${code}: ${error}`));
      // A line without its end was cut by the kill and acknowledged nothing.
      else done(out.split('\n').slice(0, -1).map(Number));
    });
  });
}

test(`after ${KILLS} kills at random moments the database opens and every acknowledged sample is there`, {
  timeout: KILLS * 2000,
}, async () => {
  const random = seededRandom(2026);
  const database = join(folder, 'samples.db');
  const acknowledged: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    if (kill % SERIES === 0)
      for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
    if (kill % SERIES === 0) acknowledged.length = 0;
    acknowledged.push(...(await runAndKill(database, kill * 1_000_000, random() * LONGEST_LIFE)));
    if (kill % SERIES < SERIES - 1 && kill < KILLS - 1) continue;
    // Where the machine is so busy that none of them came to write, one more does.
    let writers = SERIES;
    for (let life = 2 * LONGEST_LIFE; acknowledged.length === 0; life *= 2) {
      writers += 1;
      acknowledged.push(...(await runAndKill(database, kill * 1_000_000 + 500_000, life)));
    }
    const store = SampleStore.open(database);
    const kept = [...store.records()].map((each) => (each.record === 'sample' ? each.sample.observedAt : -1));
    const counted = store
      .histories()
      .reduce((sum, { generations }) => sum + generations.reduce((n, g) => n + g.samples, 0), 0);
    store.close();
    const found = new Set(kept);
    expect(acknowledged.filter((moment) => !found.has(moment))).toEqual([]);
    // One more than acknowledged may be there for each writer: its last word was cut off.
    expect(kept.length).toBeLessThanOrEqual(acknowledged.length + writers);
    expect(counted).toBe(kept.length);
    expect(existsSync(database)).toBe(true);
  }
});
