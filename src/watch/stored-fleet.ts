import { collectFigures } from '../domain/fleet/collect-figures.ts';
import type { StoredFleet } from '../domain/fleet/fleet-host.ts';
import { analyseColumns } from '../domain/verdict/analyse.ts';
import type { Freshness } from '../domain/verdict/series-analysis.ts';
import type { SeriesFilter } from '../store/contract.ts';
import { addEarlier, type ReportStore, readUnselected } from './stored-report.ts';

/**
 * Analyses one series after the other, and keeps only their figures. A database of samples has no tags.
 * @param store must stay open while the series are read
 */
export function readStoredFleet(
  store: Pick<ReportStore, 'historyReaders' | 'keepState' | 'seriesSpans'> | null,
  filter: SeriesFilter,
  freshness: Freshness,
): StoredFleet {
  store?.keepState();
  const readers = addEarlier(store?.historyReaders(filter) ?? [], store, filter);
  return { hosts: [], series: readFigures(), unselected: readUnselected(store, filter) };

  function* readFigures() {
    for (const read of readers) yield collectFigures(analyseColumns(read(), freshness));
  }
}
