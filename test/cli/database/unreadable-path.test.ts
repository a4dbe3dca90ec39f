import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadReport } from '../../../src/library/report.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { START } from '../../support/watch/push-history.ts';

const READERS = [
  ['report'],
  ['status'],
  ['report', '--fleet'],
  ['check', '-j', '1h', '--offline', '--source', 'imds'],
  ['export'],
];

/** Paths whose `stat` fails with another error than ENOENT. */
function createUnreadablePaths(): string[] {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  return [join(folder, 'file', 'samples.db'), join(folder, 'x'.repeat(300))];
}

test.each(READERS)('%s %s reports a path that cannot be read', async (...args) => {
  for (const path of createUnreadablePaths()) {
    const { code, stderr } = await runAt(START, [...args, '--db', path]);
    expect(code, path).toBe(2);
    expect(stderr).toMatch(/^error: (?!unexpected).*\nhint: .+\n$/);
    expect(stderr).toContain(path);
  }
});

test('loadReport reports a path that cannot be read', async () => {
  for (const db of createUnreadablePaths())
    await expect(loadReport({ db })).rejects.toMatchObject({ name: 'CredWatchError' });
});
