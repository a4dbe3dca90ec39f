// The history of a fleet: a few hosts that push, and copies of their rows.
import { join } from 'node:path';
import { loadModule } from './bundles.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 90 days of credentials that are replaced every hour. */
export const GENERATIONS_PER_HOST = 2160;
/** Hosts with a history of their own. Their worst cases differ. */
export const PUSHED_HOSTS = 10;
export const SAMPLES_PER_GENERATION = 6;
const HOSTS_PER_STATEMENT = 200;

export const nameHost = (number) => `host-${String(number).padStart(6, '0')}`;

/** Writes one database file with the hosts that push, or a file with one of them. */
export async function writeHosts(folder, count) {
  const { SampleStore } = await loadModule('src/store/sample-store.ts');
  const file = join(folder, `hosts-${count}.db`);
  const store = SampleStore.open(file);
  const start = Math.floor(Date.now() / HOUR - GENERATIONS_PER_HOST) * HOUR;
  for (let host = 0; host < count; host += 1) {
    const identity = { host: nameHost(host), source: 'imds', apiVersion: '2', role: `role-${host % 5}` };
    store.writeTogether(() => {
      for (let index = 0; index < GENERATIONS_PER_HOST; index += 1) {
        const issued = start + index * HOUR;
        for (let sample = 0; sample < SAMPLES_PER_GENERATION; sample += 1) {
          const observedAt = issued + (sample * 60 * MINUTE) / SAMPLES_PER_GENERATION + MINUTE;
          store.recordSample(identity, createSample(host, index, issued, observedAt), 'machine');
        }
      }
    });
  }
  store.close();
  return file;
}

const createSample = (host, index, issued, observedAt) => ({
  accessKeyId: `ASIA${String(host * GENERATIONS_PER_HOST + index).padStart(16, '0')}`,
  lastUpdated: issued,
  expiration: issued + 6 * HOUR + ((index * 7919 + host * 104_729) % 1800) * 1000,
  zoneless: false,
  observedAt,
  clockOffset: 0,
});

/**
 * Copies the rows of the pushed hosts until there are `hostCount` hosts. Throws if the rows of two pushed hosts do not
 * have the same form, which would make the copies wrong.
 */
export async function copyHosts(query, hostCount) {
  await checkForm(query);
  for (const table of ['series', 'hosts', 'host_tags', 'generations']) {
    const columns = await listColumns(query, table);
    for (let first = PUSHED_HOSTS; first < hostCount; first += HOSTS_PER_STATEMENT) {
      const last = Math.min(first + HOSTS_PER_STATEMENT, hostCount) - 1;
      await query(
        `INSERT INTO cred_watch.${table} (host, ${columns})
         SELECT 'host-' || lpad(n::text, 6, '0'), ${columns}
         FROM generate_series(${first}, ${last}) AS n
         JOIN cred_watch.${table} ON host = 'host-' || lpad((n % ${PUSHED_HOSTS})::text, 6, '0')`,
      );
    }
  }
  await query('VACUUM (ANALYZE) cred_watch.generations');
  await query('VACUUM (ANALYZE) cred_watch.series');
}

const listColumns = async (query, table) =>
  (
    await query(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = 'cred_watch' AND table_name = $1 AND column_name <> 'host' ORDER BY ordinal_position`,
      [table],
    )
  )
    .map(({ name }) => name)
    .join(', ');

async function checkForm(query) {
  const rows = await query(
    `SELECT host, count(*)::int AS count, count(lead_time)::int AS rotations, sum(samples)::int AS samples
     FROM cred_watch.generations GROUP BY host`,
  );
  const isWrong = ({ count, rotations, samples }) =>
    count !== GENERATIONS_PER_HOST ||
    rotations !== GENERATIONS_PER_HOST - 1 ||
    samples !== GENERATIONS_PER_HOST * SAMPLES_PER_GENERATION;
  if (rows.length !== PUSHED_HOSTS || rows.some(isWrong))
    throw new Error(`unexpected rows: ${JSON.stringify(rows)}`);
}
