import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { HOUR, startPlace } from '../../support/recipes/endpoints.ts';

const section = (name: string, id: string) =>
  `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = not-a-secret\n`;

/** The hint about keys that win over IMDS. */
async function getHint(credentials: string, ...args: string[]): Promise<string> {
  const { env } = await startPlace('imds', 6 * HOUR);
  const HOME = temporaryFolder();
  mkdirSync(join(HOME, '.aws'));
  writeFileSync(join(HOME, '.aws', 'credentials'), credentials);
  const named = { ...env, HOME, AWS_PROFILE: 'dev' };
  const { stdout } = await runCommand(['sources', '-f', 'json', ...args], { env: named });
  const { findings } = JSON.parse(stdout);
  return findings.find(({ code }: { code: string }) => code === 'KEYS_HIDE_ROLE').hint;
}

const DEV = section('dev', 'AKIAFALSE00000000DEV');

// On a busy machine, IMDS is too slow for some SDKs, so the tests do not compare the SDKs.
test('to get rid of the keys of a profile that AWS_PROFILE selects, the variable is unset first', async () => {
  expect(await getHint(DEV)).toMatch(
    /^if this is not intended, unset AWS_PROFILE, which selects profile dev(, or remove the keys from the profile)?: then .*IMDS \(/,
  );
});

test('without AWS_PROFILE, SDKs use the keys of the profile default', async () => {
  expect(await getHint(DEV + section('default', 'AKIAFALSE0000000DFLT'))).toMatch(
    /selects profile dev, so that SDKs read the profile default: then every SDK uses the profile \(AKIA…DFLT\); or remove the keys from the profile: then .*IMDS \(/,
  );
});

test('a profile of --profile is not selected by AWS_PROFILE', async () => {
  expect(await getHint(DEV, '--profile', 'dev')).toMatch(
    /^if this is not intended, remove the keys from the profile: then .*IMDS/,
  );
});
