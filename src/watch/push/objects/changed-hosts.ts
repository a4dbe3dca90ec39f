import { digest } from '../../../digest.ts';
import { groupBy } from '../../../domain/lists.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import type { ColumnHistory } from '../../../domain/verdict/series-analysis.ts';
import { PARQUET_COLUMNS } from '../../../report/parquet/parquet-columns.ts';
import type { Outbox } from '../../../store/contract.ts';

/** A host whose histories may have changed since the last push. */
export interface ChangedHost {
  host: string;
  /** To confirm when all of its days are confirmed. */
  digest: string;
  histories: readonly ColumnHistory[];
}

/** Each read passes through the list of all series. */
const HOSTS_PER_READ = 50;

/** A new column or version of the analysis can change rows. */
const createHostDigest = (version: string, states: readonly string[]): string =>
  digest(JSON.stringify([version, PARQUET_COLUMNS.map(({ name }) => name), states]), 32);

/**
 * Reads the histories of the hosts that have changed. Nearly always only the newest ones of a few hosts have, so a push
 * does not read the others.
 */
export function* readChangedHosts(outbox: Outbox, version: string): Generator<ChangedHost> {
  const states = new Map<string, string[]>();
  outbox.records.readSeries((identity, state) => {
    const ofHost = states.get(identity.host) ?? [];
    ofHost.push(`${getSeriesKey(identity)} ${state}`);
    states.set(identity.host, ofHost);
    return false;
  }, 0);
  const confirmed = outbox.readDigests('host');
  const digests = [...states].map(([host, ofHost]) => [host, createHostDigest(version, ofHost)] as const);
  const changed = digests.filter(([host, digest]) => confirmed.get(host) !== digest);
  for (let start = 0; start < changed.length; start += HOSTS_PER_READ) {
    const part = new Map(changed.slice(start, start + HOSTS_PER_READ));
    const series = outbox.records.readSeries(({ host }) => part.has(host), Number.POSITIVE_INFINITY);
    const histories = groupBy(
      series.map(({ history }) => history),
      ({ identity }) => identity.host,
    );
    for (const [host, digest] of part) yield { host, digest, histories: histories.get(host) ?? [] };
  }
}
