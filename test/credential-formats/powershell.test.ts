import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  EXPIRATION,
  expectedVariables,
  type Keys,
  toCredentialValues,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-keys.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';

const write = (keys: Keys, legacyToken = false) =>
  CREDENTIAL_FORMATS.powershell.write(toCredentialValues(keys), { legacyToken });

/** Evaluates each text of the file TEXTS and prints the variables afterwards as one line of JSON. */
const EVALUATE_EACH = `
foreach ($text in (Get-Content -Raw $Env:TEXTS | ConvertFrom-Json)) {
  $Env:AWS_SESSION_TOKEN = 'stale'
  $Env:AWS_SECURITY_TOKEN = 'stale'
  Invoke-Expression $text
  $variables = @{}
  Get-ChildItem Env:AWS_* | ForEach-Object { $variables[$_.Name] = $_.Value }
  ConvertTo-Json -Compress $variables
}`;

describeReader('PowerShell', { program: 'pwsh', package: null }, (path) => {
  test('PowerShell reads every value back', async () => {
    const folder = temporaryFolder();
    const env = { PATH: '/nonexistent', HOME: folder, TEXTS: join(folder, 'texts.json') };
    await tryAwkwardKeys(async ({ many, legacyToken }) => {
      writeFileSync(env.TEXTS, JSON.stringify(many.map((keys) => write(keys, legacyToken))));
      const flags = ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command'];
      const { stdout, stderr } = await run([path, ...flags, EVALUATE_EACH], { cwd: folder, env });
      expect(stderr).toBe('');
      const lines = stdout.split('\n').slice(0, -1);
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        many.map((keys) => expectedVariables(keys, legacyToken)),
      );
    });
  });
});

// PowerShell is not installed everywhere, so its rule for verbatim strings is also tested without it.
test('powershell doubles each quote in a value and changes nothing else', () => {
  const keys = { accessKeyId: `a'b"c`, secretAccessKey: "''", token: '$(x)`$env:x\\' };
  expect(write(keys)).toBe(
    [
      '$Env:AWS_SECURITY_TOKEN = $null',
      `$Env:AWS_ACCESS_KEY_ID = 'a''b"c'`,
      "$Env:AWS_SECRET_ACCESS_KEY = ''''''",
      "$Env:AWS_SESSION_TOKEN = '$(x)`$env:x\\'",
      `$Env:AWS_CREDENTIAL_EXPIRATION = '${EXPIRATION}'`,
      '',
    ].join('\n'),
  );
});
