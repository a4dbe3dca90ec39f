import { parseSeriesKey } from '../../../domain/series-key.ts';
import type { OutboxItem, OutboxKind } from '../../../store/contract.ts';
import { parseConfirmed } from './outbox-items.ts';
import type { PushState } from './push-state.ts';

/**
 * Forgets what the outbox knows about hosts whose rows the database has lost, so that everything is sent again. A
 * database that was restored from a backup, and a standby that missed the last transactions, have an older revision of
 * a series. Only series have revisions, so failed polls, job runs and tags of the host may be missing too.
 * @param hosts the hosts whose revisions were read
 * @param revisions of the series in the database, by key
 */
export function forgetLostRows(
  { outbox, confirmedSeries }: Pick<PushState, 'outbox' | 'confirmedSeries'>,
  hosts: readonly string[],
  revisions: ReadonlyMap<string, number>,
): void {
  const read = new Set(hosts);
  const affected = new Set<string>();
  const forgotten: Pick<OutboxItem, 'kind' | 'key'>[] = [];
  for (const [key, confirmed] of confirmedSeries) {
    const { host } = parseSeriesKey(key);
    if (!read.has(host) || (parseConfirmed(confirmed)?.revision ?? 0) <= (revisions.get(key) ?? 0)) continue;
    affected.add(host);
    // A series that the host no longer has would count as lost at each push.
    forgotten.push({ kind: 'series', key });
  }
  for (const host of affected) {
    forgotten.push({ kind: 'host', key: host });
    for (const kind of ['failed_polls', 'job_run'] as const satisfies readonly OutboxKind[])
      for (const key of outbox.readDigests(kind, `${JSON.stringify([host]).slice(0, -1)},`).keys())
        forgotten.push({ kind, key });
  }
  if (forgotten.length > 0) outbox.forget(forgotten);
}
