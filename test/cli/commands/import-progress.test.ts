import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runShell } from '../../support/cli/built-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { isThorough } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
const log = join(folder, 'creds.log');
writeFileSync(log, '2026-11-20T00:00:01Z {"Expiration":"2026-11-20T06:00:01Z"}\n'.repeat(5000));

const CLEAR = '\r\u001b[K';
const noScript = existsSync('/usr/bin/script') ? null : 'script is not installed';

/** Imports a log that arrives slowly, on a terminal with 20 columns. */
const importOnTerminal = (db: string, redirection: string, env: Record<string, string> = {}) => {
  const command = `(cat '$LOG'; sleep 0.2; cat '$LOG') | '$NODE' '$PROGRAM' import - --host h --db '$DB' ${redirection}`;
  const script = `script -qec "stty cols 20; ${command}" /dev/null`;
  return runShell(script, { env: { DB: db, LOG: log, TERM: 'xterm', ...env } });
};

test.skipIf(!isThorough || noScript !== null)(
  `import shows its progress on a terminal, and erases it at the end${noScript === null ? '' : ` (skipped: ${noScript})`}`,
  async () => {
    const { stdout } = await importOnTerminal(join(folder, '1.db'), '');
    const [before, ...lines] = stdout.split(CLEAR);
    const summary = lines.pop();
    expect(before).toBe('');
    expect(lines).toContainEqual(expect.stringMatching(/^\.\.\..*lines read$/));
    expect(lines.filter((line) => line.length > 19)).toEqual([]);
    expect(summary).toMatch(/^standard input\r\n/);
    const redirected = await importOnTerminal(join(folder, '2.db'), "2>'$DB.err'");
    expect(redirected.stdout).not.toContain('\u001b');
    const dumb = await importOnTerminal(join(folder, '3.db'), '', { TERM: 'dumb' });
    expect(dumb.stdout).not.toContain('\u001b');
  },
);
