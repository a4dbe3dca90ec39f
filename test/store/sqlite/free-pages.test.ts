import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase, readNumberPragma } from '../../../src/store/sqlite/driver.ts';
import { enableIncrementalVacuum, releaseFreePages } from '../../../src/store/sqlite/free-pages.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

/** Opens a database with used pages and unused pages. */
function openWithFreePages(used: number, unused: number) {
  const file = join(temporaryFolder(), 'samples.db');
  const connection = openDatabase(file);
  onTestFinished(() => void connection.close());
  enableIncrementalVacuum(connection);
  connection.exec(`PRAGMA journal_mode = WAL; CREATE TABLE pages (id INTEGER PRIMARY KEY, content BLOB)`);
  // A row has a page of its own.
  const insert = connection.prepare('INSERT INTO pages (content) VALUES (zeroblob(3500))');
  connection.transaction(() => {
    for (let count = 0; count < used + unused; count += 1) insert.run();
  })();
  connection.exec(`DELETE FROM pages WHERE id <= ${unused}`);
  return { file, connection };
}

test.each([
  ['a large database is shrunk in steps', 5000, 2500, 0],
  ['a small database is rebuilt', 50, 100, 1],
])('%s', (_, used, unused, rebuilds) => {
  const { file, connection } = openWithFreePages(used, unused);
  expect(readNumberPragma(connection, 'freelist_count')).toBeGreaterThanOrEqual(unused - 1);
  const exec = vi.spyOn(connection, 'exec');
  const pragma = vi.spyOn(connection, 'pragma');
  releaseFreePages(connection);
  expect(exec.mock.calls).toEqual(Array(rebuilds).fill(['VACUUM']));
  const steps = pragma.mock.calls.filter(([sql]) => sql.startsWith('incremental_vacuum'));
  expect(steps).toEqual(Array(rebuilds === 1 ? 0 : 3).fill(['incremental_vacuum(1000)']));
  expect(readNumberPragma(connection, 'freelist_count')).toBe(0);
  expect(statSync(file).size).toBeLessThan(4096 * (used + 50));
  expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
});

test('a database without unused pages is not written', () => {
  const { connection } = openWithFreePages(50, 0);
  const exec = vi.spyOn(connection, 'exec');
  releaseFreePages(connection);
  expect(exec).not.toHaveBeenCalled();
});

test('a full disk leaves the unused pages in the file', () => {
  const { connection } = openWithFreePages(50, 100);
  vi.spyOn(connection, 'exec').mockImplementation(() => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  });
  expect(() => releaseFreePages(connection)).not.toThrow();
  vi.spyOn(connection, 'exec').mockImplementation(() => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
  });
  expect(() => releaseFreePages(connection)).toThrow('disk I/O error');
});
