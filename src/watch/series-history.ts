import type { SeriesHistory, SeriesIdentity } from '../domain/model.ts';
import type { SampleStore } from '../store/sample-store.ts';

/** All that is stored of one series; null where that is nothing. */
export function findSeriesHistory(
  store: Pick<SampleStore, 'histories'>,
  { host, source, role, apiVersion }: SeriesIdentity,
): SeriesHistory | null {
  const histories = store.histories({ host, source, role });
  return histories.find(({ identity }) => identity.apiVersion === apiVersion) ?? null;
}
