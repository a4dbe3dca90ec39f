import { type Engine, startEngine } from './engine.ts';

/** A stored series: its labels, and the times and values of its points. */
export interface StoredSeries {
  metric: Readonly<Record<string, string>>;
  timestamps: number[];
  values: number[];
}

/** The options that docs/metrics.md recommends, without the usual delay before new points are visible. */
export const startVictoriaMetrics = (program: string, folder: string, port: number): Promise<Engine> =>
  startEngine(
    program,
    [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=100y',
      '-dedup.minScrapeInterval=1ms',
      '-search.latencyOffset=1ms',
      '-loggerLevel=WARN',
    ],
    port,
    '/health',
  );

export const startVmagent = (
  program: string,
  folder: string,
  port: number,
  remoteWriteUrl: string,
): Promise<Engine> =>
  startEngine(
    program,
    [
      `-remoteWrite.url=${remoteWriteUrl}`,
      `-remoteWrite.tmpDataPath=${folder}`,
      '-remoteWrite.flushInterval=100ms',
      `-httpListenAddr=127.0.0.1:${port}`,
      '-loggerLevel=ERROR',
    ],
    port,
    '/health',
  );

/** All points of a metric, also the newest ones. */
export async function exportSeries({ url }: Pick<Engine, 'url'>, name: string): Promise<StoredSeries[]> {
  await (await fetch(`${url}/internal/force_flush`)).arrayBuffer();
  const response = await fetch(`${url}/api/v1/export?match[]=${encodeURIComponent(name)}`);
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
