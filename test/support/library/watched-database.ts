import type { SeriesIdentity } from '../../../src/domain/model.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';

const HOUR = 3_600_000;
const POLL_INTERVAL_MS = 5 * 60_000;

/**
 * Writes 24 hours of samples, five minutes apart. The source rotates every hour. Its credentials are valid
 * for six hours when issued, so the worst case is five hours.
 */
export function writeWatchedDatabase(file: string, until: number, identity: SeriesIdentity): void {
  const records: ArchiveRecord[] = [];
  for (let at = until - 24 * HOUR; at < until; at += POLL_INTERVAL_MS) {
    const issued = Math.floor(at / HOUR) * HOUR;
    const accessKeyId = `ASIA${issued / HOUR}`;
    const credentials = { accessKeyId, lastUpdated: issued, expiration: issued + 6 * HOUR, zoneless: false };
    records.push({
      record: 'sample',
      identity,
      sample: { ...credentials, observedAt: at, clockOffset: 0 },
      ordinal: 0,
    });
  }
  const store = SampleStore.open(file);
  store.writeRecords(records);
  store.close();
}
