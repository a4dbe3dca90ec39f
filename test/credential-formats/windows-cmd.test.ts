import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  EXPIRATION,
  expectedVariables,
  type Keys,
  ORDINARY,
  toCredentialValues,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-keys.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';

const write = (keys: Keys, legacyToken = false) =>
  CREDENTIAL_FORMATS['windows-cmd'].write(toCredentialValues(keys), { legacyToken });

const isCarried = (value: string) => !/["%!]/.test(value);

// Wine's cmd.exe is not Microsoft's, but it treats quotes and special characters in the same way.
describeReader('cmd.exe', { program: 'wine', package: null }, (wine) => {
  let cwd: string;
  let env: Record<string, string>;
  // Wine creates its prefix at the first start, which is slow.
  beforeAll(async () => {
    let clean = () => {};
    const folder = temporaryFolder((finished) => {
      clean = finished;
    });
    env = { WINEPREFIX: join(folder, 'wine'), WINEDEBUG: '-all', HOME: folder, PATH: process.env.PATH ?? '' };
    cwd = join(folder, 'batch');
    mkdirSync(cwd);
    await run([wine, 'cmd', '/c', 'ver'], { env });
    return async () => {
      await run(['wineserver', '-k'], { env });
      clean();
    };
  }, 120_000);

  test.each(['/v:off', '/v:on'])('a batch file sets every value with cmd %s', async (delayedExpansion) => {
    await tryAwkwardKeys(
      async ({ many, legacyToken }) => {
        const lines = many.flatMap((keys) => [
          'set AWS_SESSION_TOKEN=stale',
          'set AWS_SECURITY_TOKEN=stale',
          write(keys, legacyToken).trimEnd(),
          'set AWS_',
          'echo.',
        ]);
        writeFileSync(join(cwd, 'all.cmd'), ['@echo off', ...lines, ''].join('\r\n'));
        const { stdout } = await run([wine, 'cmd', delayedExpansion, '/c', 'all.cmd'], { cwd, env });
        const blocks = stdout.replaceAll('\r', '').split('\n\n').slice(0, -1);
        expect(blocks.map((block) => block.split('\n').sort())).toEqual(
          many.map((keys) =>
            Object.entries(expectedVariables(keys, legacyToken))
              .map((each) => each.join('='))
              .sort(),
          ),
        );
        expect(readdirSync(cwd)).toEqual(['all.cmd']);
      },
      { isCarried, runs: 1 },
    );
  });
});

test('windows-cmd sets the variables of the keys and empties unused token variables', () => {
  expect(write({ ...ORDINARY, secretAccessKey: '&|<>^(x)' })).toBe(
    [
      'set "AWS_SECURITY_TOKEN="',
      `set "AWS_ACCESS_KEY_ID=${ORDINARY.accessKeyId}"`,
      'set "AWS_SECRET_ACCESS_KEY=&|<>^(x)"',
      `set "AWS_SESSION_TOKEN=${ORDINARY.token}"`,
      `set "AWS_CREDENTIAL_EXPIRATION=${EXPIRATION}"`,
      '',
    ].join('\r\n'),
  );
  expect(write({ ...ORDINARY, token: null })).toMatch(/^set "AWS_SESSION_TOKEN="\r\n/);
});

test.each(['"', '%', '!'])(
  'windows-cmd rejects %s in any value, and the error omits the value',
  (character) => {
    for (const name of ['accessKeyId', 'secretAccessKey', 'token'] as const) {
      const value = `before${character}after`;
      expect(() => write({ ...ORDINARY, [name]: value })).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(/^AWS_\w+ cannot be written as windows-cmd: (?!.*(before|after))/),
        }),
      );
    }
  },
);

test('windows-cmd rejects a line of more than 8191 characters and writes one of 8191', () => {
  const room = 8191 - 'set "AWS_SESSION_TOKEN="'.length;
  expect(write({ ...ORDINARY, token: 'x'.repeat(room) })).toContain(`${'x'.repeat(room)}"\r\n`);
  expect(() => write({ ...ORDINARY, token: 'x'.repeat(room + 1) })).toThrow(/longer than 8191/);
});
