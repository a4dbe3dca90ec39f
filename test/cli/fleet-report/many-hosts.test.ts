import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { readStoredFleet } from '../../../src/watch/stored-fleet.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { collectGarbage } from '../../support/garbage-collection.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { IMDS, START } from '../../support/report/rich-store.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';

const HOUR = 3_600_000;

/** Hosts that were polled every half hour. A thousandth of them has short sessions. */
function createHosts(count: number, hours: number): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  store.writeTogether(() => {
    for (let host = 0; host < count; host += 1) {
      const lifetime = host % 1000 === 7 ? 3 : 6;
      for (let poll = 0; poll <= 2 * hours; poll += 1) {
        const hour = Math.floor(poll / 2);
        const lastUpdated = START + hour * HOUR;
        store.recordSample(
          { ...IMDS, host: `host-${host}` },
          {
            ...{ accessKeyId: `ASIA${hour}`.padEnd(20, 'X'), lastUpdated, zoneless: false, clockOffset: 0 },
            ...{ expiration: lastUpdated + lifetime * HOUR, observedAt: START + poll * (HOUR / 2) + 7000 },
          },
          'machine',
        );
      }
    }
  });
  return file;
}

test('a fleet of many hosts answers from a database file', async () => {
  const count = isThorough ? 10_000 : 200;
  const file = createHosts(count, 3);
  const args = ['report', '--fleet', '-j', '4h', '-f', 'json', '--db', file];
  const { code, stdout } = await runAt(START + 3.5 * HOUR, args);
  expect(code).toBe(1);
  const report = JSON.parse(stdout);
  const short = Math.ceil((count - 7) / 1000);
  expect(report.jobs[0].hosts).toMatchObject({ safe_count: count - short, not_safe_count: short });
  expect(report.hosts.slice(0, short).map(({ host }: { host: string }) => host)).toContain('host-7');
});

ciTest('only the figures of a history stay in memory', () => {
  const [hosts, hours] = [6, 1500];
  const file = createHosts(hosts, hours);
  const freshness = { now: START + hours * HOUR, maxAge: 'default' as const };
  {
    // Everything that is created once.
    using store = SampleStore.open(file);
    expect([...readStoredFleet(store, { host: 'host-1' }, freshness).series]).toHaveLength(1);
  }
  using store = SampleStore.open(file);
  const before = measureMemory();
  const figures = [...readStoredFleet(store, {}, freshness).series];
  const grown = measureMemory() - before;
  expect(figures).toHaveLength(hosts);
  // The columns of a history of 1500 hours need more than 200 KB.
  expect(grown).toBeLessThan(hosts * 100_000);
});

function measureMemory(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
