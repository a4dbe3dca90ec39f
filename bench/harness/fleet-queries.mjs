// Other ways to find the worst case of each host: SQL on the rows of generations, and on a table of raw samples.
import { GENERATIONS_PER_HOST, nameHost, PUSHED_HOSTS, SAMPLES_PER_GENERATION } from './fleet-data.mjs';

/** Runs a query, and checks that its `worst` is the worst case of the fleet. */
async function timeQuery(query, sql, expected) {
  const start = performance.now();
  const [{ worst }] = await query(sql);
  const value = performance.now() - start;
  if (Number(worst) !== expected) throw new Error(`the query found ${worst}, not ${expected}`);
  return { value };
}

/** The worst case of the fleet, in seconds. */
export const readWorst = async (query) =>
  Number((await query('SELECT min(worst_case) AS worst FROM cred_watch.series'))[0].worst);

export async function measureQueries({ server: { query }, measureTimes }) {
  const worst = await readWorst(query);
  const perHost = (value, from) =>
    `SELECT min(worst) AS worst FROM (SELECT host, min(${value}) AS worst ${from} GROUP BY host) AS h`;
  await measureTimes('SQL: stored worst case of each series', () =>
    timeQuery(query, perHost('worst_case', 'FROM cred_watch.series'), worst),
  );
  await measureTimes('SQL: smallest stored value of each host’s generations', () =>
    timeQuery(query, perHost('remaining_when_served_last', 'FROM cred_watch.generations'), worst),
  );
  await measureTimes('SQL: lead times computed from generations', () =>
    timeQuery(query, perHost('lead_time', COMPUTED_FROM_GENERATIONS), worst),
  );
}

const COMPUTED_FROM_GENERATIONS = `FROM (
  SELECT host, (expiration - lead(last_updated) OVER (PARTITION BY host ORDER BY first_seen)) / 1000 AS lead_time
  FROM cred_watch.generations) AS rotations`;

/** The simplest table: one row per sample. SQL finds the lead times, without clocks, gaps and several endpoints. */
export async function measureRawSamples({ server: { query }, measureTimes, show }, wanted) {
  const hosts = Math.max(PUSHED_HOSTS, Math.round(wanted / GENERATIONS_PER_HOST));
  const samples = hosts * GENERATIONS_PER_HOST * SAMPLES_PER_GENERATION;
  await query(
    'CREATE TABLE raw_samples (host text, key text, last_updated bigint, expiration bigint, observed_at bigint)',
  );
  const start = performance.now();
  await query(
    `INSERT INTO raw_samples SELECT host, generation_key, last_updated, expiration,
       first_seen + n * (last_seen - first_seen) / ${SAMPLES_PER_GENERATION - 1}
     FROM cred_watch.generations, generate_series(0, ${SAMPLES_PER_GENERATION - 1}) AS n
     WHERE host <= '${nameHost(hosts - 1)}'`,
  );
  await query('VACUUM (ANALYZE) raw_samples');
  show({ name: 'raw samples: rows', unit: 'rows', value: samples });
  show({
    name: 'raw samples: bulk load',
    unit: 'per second',
    value: (1000 * samples) / (performance.now() - start),
  });
  const [{ size }] = await query("SELECT pg_total_relation_size('raw_samples')::float8 AS size");
  show({
    name: 'raw samples of a generation',
    unit: 'bytes',
    value: (size / samples) * SAMPLES_PER_GENERATION,
  });
  const worst = await readWorst(query);
  await measureTimes('SQL: lead times computed from raw samples', () =>
    timeQuery(query, COMPUTED_FROM_SAMPLES, worst),
  );
  await query('DROP TABLE raw_samples');
}

const COMPUTED_FROM_SAMPLES = `
  WITH generations AS (
    SELECT host, key, max(last_updated) AS last_updated, min(expiration) AS expiration, min(observed_at) AS first_seen
    FROM raw_samples GROUP BY host, key
  ), rotations AS (
    SELECT host, (expiration - lead(last_updated) OVER (PARTITION BY host ORDER BY first_seen)) / 1000 AS lead_time
    FROM generations
  )
  SELECT min(worst) AS worst FROM (SELECT host, min(lead_time) AS worst FROM rotations GROUP BY host) AS hosts`;
