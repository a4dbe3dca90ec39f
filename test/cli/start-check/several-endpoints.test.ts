import { join } from 'node:path';
import { expect, test } from 'vitest';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const EXPIRED = {
  body: roleDocument({ keyId: 'ASIAEXPIRED000000001', issuedIn: -25_000, expiresIn: -3600 }),
};
const VALID = { body: roleDocument({ keyId: 'ASIAVALID00000000001' }) };

/** An address with two endpoints. The commands are run one after the other, and each gets the next response. */
async function openAddress() {
  const responses = [VALID, EXPIRED, VALID];
  const { url } = await startEndpoint(metadataService({ [`GET ${ROLES}loader`]: responses }));
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  };
  return (...args: string[]) => runCommand(args, { env });
}

test('check is not safe if another endpoint serves expired credentials, and exec passes those that it got', async () => {
  const run = await openAddress();
  await run('poll');
  await run('poll');
  const check = await run('check', '-j', '1h', '-f', 'json');
  expect(check.code).toBe(1);
  expect(JSON.parse(check.stdout)).toMatchObject({
    access_key_id: 'ASIA…0001',
    verdict: 'not-safe',
    safe_until: null,
    returned_credentials: { access_key_id: 'ASIA…0001' },
  });
  const { stdout, code } = await run('check', '-j', '1h');
  expect(code).toBe(1);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /because another endpoint serves expired credentials .* this request ASIA…0001, 5h .*the request of the job may get the other credentials .* what to do start the job with `cred-watch exec`/,
  );
  expect((await run('check', '-j', '1h', '--offline')).code).toBe(1);
  const hasValidKey = 'process.exit(process.env.AWS_ACCESS_KEY_ID === "ASIAVALID00000000001" ? 9 : 1)';
  expect((await run('exec', '-j', '1h', '--', process.execPath, '-e', hasValidKey)).code).toBe(9);
  expect((await run('env', '-j', '1h', '-f', 'env')).code).toBe(0);
});
