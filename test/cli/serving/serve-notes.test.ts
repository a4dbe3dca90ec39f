import { describe, expect, test } from 'vitest';
import { startServer, writeKeyScript } from '../../support/cli/running-server.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const startWith = (...args: string[]) =>
  startServer(['--process', writeKeyScript(3600), ...args], { env: { HOME: temporaryFolder() } });

describe('a note says that the region is unknown', () => {
  const NOTE = 'the region is unknown';

  test('if neither a flag nor a variable nor the profile has it', async () => {
    const server = await startWith();
    expect(await server.logged(/^hint: add --region/m)).toContain(NOTE);
  });

  test.each([
    ['with --region', ['--region', 'eu-west-1']],
    ['for a container shape', ['--shape', 'ecs']],
  ])('but not %s', async (_, args) => {
    const server = await startWith(...args);
    const { stderr } = await server.stop();
    expect(stderr).not.toContain(NOTE);
  });
});
