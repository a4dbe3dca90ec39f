import type { SeriesHistory, SeriesIdentity } from '../domain/model.ts';
import type { SampleStore } from '../store/sample-store.ts';

export type Histories = Pick<SampleStore, 'histories'>;

/** The stored history of exactly this series. Null if nothing is stored. */
export function findSeriesHistory(
  store: Histories,
  { host, source, role, apiVersion }: SeriesIdentity,
): SeriesHistory | null {
  const histories = store.histories({ host, source, role });
  return histories.find(({ identity }) => identity.apiVersion === apiVersion) ?? null;
}
