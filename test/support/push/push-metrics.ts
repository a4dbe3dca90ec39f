import { systemClock } from '../../../src/clock.ts';
import type { Instant } from '../../../src/domain/model.ts';
import { ImportClient } from '../../../src/remote/metrics/import-client.ts';
import { parseImportUrl } from '../../../src/remote/metrics/import-url.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { MetricsDestination } from '../../../src/watch/push/metrics/metrics-destination.ts';

export interface PushSettings {
  now: Instant;
  since?: Instant | null;
  signal?: AbortSignal;
  clock?: ConstructorParameters<typeof ImportClient>[0]['clock'];
  timeoutMs?: number;
}

/** Pushes the metrics of a store, with the verdict on a job of five hours. */
export async function pushMetrics(url: string, store: SampleStore, settings: PushSettings) {
  const { now, since = null, clock = systemClock, timeoutMs = 60_000 } = settings;
  const client = new ImportClient({
    url: parseImportUrl(url),
    authorization: null,
    userAgent: 'cred-watch/1.2.3',
    clock,
    random: () => 0.5,
    timeoutMs,
  });
  const destination = new MetricsDestination({
    name: `prometheus=${url}`,
    client,
    report: {
      jobs: { durations: [5 * 3600], names: [] },
      margin: 300,
      maxAge: 'default',
      confidence: null,
      minWatched: null,
    },
    since,
    version: '1.2.3',
    nodeVersion: '20.18.1',
  });
  const { signal = new AbortController().signal } = settings;
  try {
    return await destination.push(store, { now, signal, onProgress: () => {} });
  } finally {
    await destination.close();
  }
}
