import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

test.each([
  { flags: ['--watch', '8d'], error: "--watch '8d' is too long", hint: 'use at most 7d' },
  {
    flags: ['--token', 'secret'],
    error: '--token needs a container endpoint',
    hint: 'remove it: IMDS issues its own tokens',
  },
  {
    flags: ['-o', join(tmpdir(), 'missing-folder', 'conform.json')],
    error: `could not write ${join(tmpdir(), 'missing-folder', 'conform.json')}: the folder does not exist`,
    hint: 'create the folder, or give another file, or - for stdout',
  },
  {
    flags: ['-o', tmpdir()],
    error: `could not write ${tmpdir()}: this is a folder`,
    hint: 'give another file, or - for stdout',
  },
])('conform $flags is wrong usage, before any request', async ({ flags, error, hint }) => {
  const endpoint = await startEndpoint({});
  const run = await runCommand(['conform', endpoint.url, '--shape', 'imds', ...flags]);
  expect(run).toMatchObject({ code: 2, stdout: '', stderr: `error: ${error}\nhint: ${hint}\n` });
  expect(endpoint.requests).toEqual([]);
});
