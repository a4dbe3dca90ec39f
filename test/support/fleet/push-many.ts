import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import type { Sample } from '../../../src/domain/model.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { PostgresDestination } from '../../../src/watch/push/postgres/postgres-destination.ts';

/** What this program prints about one host. */
export interface PushedHost {
  host: string;
  /** Null if the push failed. */
  sent: number | null;
  error: string | null;
  seconds: number;
}

/**
 * Creates a database for each host, prints `ready`, and pushes all of them at once when it reads a line. Then it
 * prints a list of `PushedHost`.
 */
const [, , url = '', folder = '', first = '0', count = '0', timeout = '60'] = process.argv;
const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const GENERATIONS = 3;

function createHost(number: number): { host: string; store: SampleStore } {
  const host = `host-${number}`;
  const store = SampleStore.open(join(folder, `${host}.db`));
  const identity = { host, source: 'imds', apiVersion: '2', role: 'loader' } as const;
  store.writeTogether(() => {
    for (let hour = 0; hour < GENERATIONS; hour += 1) {
      const issued = START + hour * HOUR;
      for (const minute of [5, 20, 35, 50]) {
        const sample: Sample = {
          accessKeyId: `ASIAEXAMPLE${String.fromCharCode(65 + hour)}${'A'.repeat(8)}`,
          lastUpdated: issued,
          // Each host has a worst case of its own.
          expiration: issued + 6 * HOUR + number * 1000,
          zoneless: false,
          observedAt: issued + minute * 60_000,
          clockOffset: 0,
        };
        store.recordSample(identity, sample, 'machine');
      }
    }
  });
  return { host, store };
}

async function push(host: string, store: SampleStore): Promise<PushedHost> {
  const context = { env: process.env, home: folder, clock: systemClock, random: Math.random };
  const options = { timeout: Number(timeout), version: '1.0.0', tags: null };
  const destination = new PostgresDestination(url, context, options);
  const start = performance.now();
  const finish = (sent: number | null, error: string | null): PushedHost => ({
    ...{ host, sent, error },
    seconds: (performance.now() - start) / 1000,
  });
  try {
    const signal = new AbortController().signal;
    const { sent } = await destination.push(store, { now: START, signal, onProgress: () => {} });
    return finish(sent, null);
  } catch (error) {
    return finish(null, String(error));
  } finally {
    await destination.close();
    store.close();
  }
}

async function main(): Promise<void> {
  const hosts = Array.from({ length: Number(count) }, (_, index) => createHost(Number(first) + index));
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const pushed = await Promise.all(hosts.map(({ host, store }) => push(host, store)));
  process.stdout.write(`${JSON.stringify(pushed)}\n`);
}

void main();
