import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createRefresher, issue } from '../../support/watch/refresher.ts';

function openLockable() {
  const file = join(temporaryFolder(), 'samples.db');
  const fallbacks: Error[] = [];
  const store = SampleStore.openBestEffort(file, (error) => fallbacks.push(error), { maxLockWaitMs: 10 });
  const other = new Database(file);
  onTestFinished(() => {
    other.close();
    store.close();
  });
  const countSamples = () => other.prepare('SELECT count(*) FROM samples').pluck().get();
  return { store, other, fallbacks, countSamples };
}

describe('a database that another program has locked', () => {
  test('a locked database does not delay a refresh, and polls are recorded after the lock', async () => {
    const { store, other, fallbacks, countSamples } = openLockable();
    const errors: unknown[] = [];
    const onRecordError = (error: unknown) => errors.push(error);
    const { refresher, pass, keyId } = createRefresher([issue(60)], { store, options: { onRecordError } });
    other.exec('BEGIN IMMEDIATE');
    const startedAt = performance.now();
    await refresher.start();
    expect(keyId()).not.toBeNull();
    await pass(20);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    other.exec('ROLLBACK');
    await pass(3);
    expect([countSamples(), fallbacks, errors]).toEqual([1, [], []]);
    await pass(1800);
    expect(countSamples()).toBe(2);
  });

  test('a locked database is reported once after half a minute, and polls are recorded at the end', async () => {
    const { store, other, fallbacks, countSamples } = openLockable();
    const errors: unknown[] = [];
    const onRecordError = (error: unknown) => errors.push(error);
    const { refresher, pass } = createRefresher([issue(60)], { store, options: { onRecordError } });
    other.exec('BEGIN IMMEDIATE');
    await refresher.start();
    await pass(120);
    expect(errors).toEqual([expect.objectContaining({ code: 'DATABASE_BUSY' })]);
    other.exec('ROLLBACK');
    await refresher.close();
    expect([countSamples(), fallbacks]).toEqual([1, []]);
  });
});
