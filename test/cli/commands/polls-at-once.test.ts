import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runProgram, startProgram } from '../../support/cli/built-program.ts';
import { metadataService } from '../../support/cli/metadata-script.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { isThorough } from '../../support/thorough.ts';

const POLLS = isThorough ? 32 : 4;
const KILLS = isThorough ? 10 : 2;

async function prepare() {
  const endpoint = await startEndpoint(metadataService());
  // A longer timeout, because processes that start together on a small machine are slow.
  const env: Record<string, string | undefined> = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: undefined,
    AWS_METADATA_SERVICE_TIMEOUT: '8',
  };
  return { database: join(temporaryFolder(), 'samples.db'), env };
}

test(`${POLLS} concurrent polls on a new database store every sample without an error`, {
  timeout: 120_000,
}, async () => {
  const { database, env } = await prepare();
  const runs = await Promise.all(
    Array.from({ length: POLLS }, () => runProgram(['poll', '--db', database], { env })),
  );
  expect(runs.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(Array(POLLS).fill('0 '));
  const store = SampleStore.open(database);
  expect([...store.records()].map(({ record }) => record)).toEqual(Array(POLLS).fill('sample'));
  store.close();
});

test('every sample that a killed poller printed is in the database', {
  timeout: 120_000,
}, async () => {
  const { database, env } = await prepare();
  const printed: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const poller = startProgram(['poll', '--interval', '1s', '-f', 'json', '--db', database], { env });
    poller.child.stdout.once('data', () =>
      setTimeout(() => poller.child.kill('SIGKILL'), (kill * 150) / KILLS),
    );
    const { stdout, signal } = await poller.done;
    expect(signal).toBe('SIGKILL');
    printed.push(
      ...stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { observed_at: string }).observed_at),
    );
  }
  const store = SampleStore.open(database);
  const kept = new Set(
    [...store.records()].flatMap((each) =>
      each.record === 'sample' ? new Date(each.sample.observedAt).toISOString() : [],
    ),
  );
  store.close();
  expect(printed.length).toBeGreaterThanOrEqual(KILLS);
  expect(printed.filter((at) => !kept.has(new Date(at).toISOString()))).toEqual([]);
});
