import { join } from 'node:path';
import { expect } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { runAt } from '../postgres/run-at.ts';
import type { TestDatabase } from '../postgres/server.ts';
import { IDENTITY } from '../watch/push-history.ts';

/** A host with a database file of its own. */
export interface FleetHost {
  name: string;
  file: string;
  store: SampleStore;
  identity: SeriesIdentity;
}

/** Creates hosts with empty databases, which are deleted after the test. */
export function createHosts(count: number): FleetHost[] {
  const folder = temporaryFolder();
  return Array.from({ length: count }, (_, index) => {
    const name = `host-${index + 1}`;
    const file = join(folder, `${name}.db`);
    return { name, file, store: SampleStore.open(file), identity: { ...IDENTITY, host: name } };
  });
}

export function closeHosts(hosts: readonly FleetHost[]): void {
  for (const { store } of hosts) store.close();
}

const JOB = ['-j', '4h'];
const VERDICTS = [0, 1, 3];

/** What only a database of pushes knows about a host. */
const OF_PUSHES = { pushed_at: null, tags: {} };

/**
 * Expects that every host's report from PostgreSQL, and its row of the fleet report, equal the report of its own
 * database file. All durations in JSON are whole seconds.
 */
export async function expectHostReports(
  database: TestDatabase,
  hosts: readonly Pick<FleetHost, 'name' | 'file'>[],
  now: number,
): Promise<void> {
  const fleet = await readJson(['--fleet', '--db', database.url], database, now);
  expect(fleet.hosts.map(({ host }: { host: string }) => host).sort()).toEqual(
    hosts.map(({ name }) => name).sort(),
  );
  for (const { name, file } of hosts) {
    const select = ['--host', name];
    const own = await readJson([...select, '--db', file], database, now);
    expect(await readJson([...select, '--db', database.url], database, now), name).toEqual(own);
    const [ownRow] = (await readJson(['--fleet', ...select, '--db', file], database, now)).hosts;
    const row = fleet.hosts.find(({ host }: { host: string }) => host === name);
    expect({ ...row, ...OF_PUSHES }, name).toEqual({ ...ownRow, ...OF_PUSHES });
    const worstCases = own.series.flatMap(readWorstCase);
    expect(row.worst_case_seconds, name).toBe(worstCases.length === 0 ? null : Math.min(...worstCases));
  }
}

interface ReportedSeries {
  retired: boolean;
  worst_case?: { remaining_seconds: number } | null;
}

const readWorstCase = ({ retired, worst_case: worstCase }: ReportedSeries): number[] =>
  retired || !worstCase ? [] : [worstCase.remaining_seconds];

// biome-ignore lint/suspicious/noExplicitAny: the documents are compared, and their schemas are tested elsewhere.
async function readJson(args: readonly string[], { environment }: TestDatabase, now: number): Promise<any> {
  const { code, stdout, stderr } = await runAt(now, ['report', '-f', 'json', ...JOB, ...args], environment);
  expect(VERDICTS, stderr).toContain(code);
  return JSON.parse(stdout);
}
