import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { mayBeSkipped } from '../../support/cli/namespaces.ts';
import { noTerminal, runOnTerminal } from '../../support/cli/pseudo-terminal.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';

test.skipIf(noTerminal !== null && mayBeSkipped)(
  'sentences of init fit the terminal as rows do',
  async () => {
    expect(noTerminal).toBeNull();
    const { env } = await startPlace('imds', 6 * HOUR);
    for (const columns of [60, 100]) {
      const folder = temporaryFolder();
      const { stdout } = await runOnTerminal(['init', '--schedule', 'process'], {
        columns,
        env: { ...env, HOME: folder, CRED_WATCH_DB: join(folder, 's.db'), NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
      });
      expect(stdout).toContain(PROGRAM);
      const lines = stdout.split('\n');
      const sentence = lines.slice(lines.findIndex((line) => line.startsWith('For a test ')));
      const shown = sentence.slice(0, sentence.indexOf(''));
      expect(shown.join(' ')).toBe(
        'For a test with these false credentials, run this command as long as the container or the session exists:',
      );
      expect(shown.filter((line) => line.length > columns)).toEqual([]);
    }
  },
);
