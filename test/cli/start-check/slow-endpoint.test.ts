import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const GO_FAILS = /^note: a response of IMDS took 0\.[5-9]s: Go stops waiting earlier and fails$/m;

/** Runs the built program behind an IMDS with these faults. A thread that runs many tests has waited long for a CPU. */
async function prepare(faults: string[], { config = '', env: more = {} } = {}) {
  const { environments } = await startSimulated({ faults });
  const home = temporaryFolder();
  mkdirSync(`${home}/.aws`);
  writeFileSync(`${home}/.aws/config`, config);
  const env = {
    ...{ ...environments.imds, HOME: home, CRED_WATCH_DB: `${home}/samples.db`, LANG: 'C.UTF-8' },
    ...more,
  };
  return (...args: string[]) => runProgram(args, { env });
}

/**
 * Runs the program until it has measured the stall. On a busy machine, the time for which the program waited for a CPU
 * counts as no time of the endpoint.
 */
async function runUntilMeasured(run: Awaited<ReturnType<typeof prepare>>, ...args: string[]) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await run(...args);
    if (attempt === 10 || result.stderr.includes('took')) return result;
  }
}

test('check names the SDKs that do not wait for a slow endpoint, and exec passes keys without this note', async () => {
  const run = await prepare(['stall=800ms,path=*/simulated-role']);
  const { code, stdout, stderr } = await runUntilMeasured(run, 'check', '-j', '1h');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^safe/);
  expect(stderr).toMatch(GO_FAILS);
  expect(stderr).toContain('hint: find out why the endpoint is slow');
  const ofEnv = await run('env', '-j', '1h', '-f', 'json');
  expect(ofEnv).toMatchObject({ code: 0, stderr: expect.not.stringContaining('took') });
});

test('check with --source imds prints the same note, and the output as JSON stays JSON', async () => {
  const run = await prepare(['stall=800ms,path=*/simulated-role']);
  const args = ['check', '-j', '1h', '--source', 'imds', '-f', 'json'];
  const { stdout, stderr } = await runUntilMeasured(run, ...args);
  expect(stderr).toMatch(GO_FAILS);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'safe' });
});

test('check says nothing about an endpoint for which every SDK waits', async () => {
  const run = await prepare(['stall=100ms,path=*/simulated-role']);
  expect((await run('check', '-j', '1h')).stderr).not.toContain('took');
});

/** A response of STS. The test is about the time before this request, so the server verifies no signature. */
const SESSION = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIATESTS0000000ROLE</AccessKeyId><SecretAccessKey>false-secret</SecretAccessKey>
<SessionToken>false-token</SessionToken><Expiration>EXPIRATION</Expiration></Credentials></AssumeRoleResult>
</AssumeRoleResponse>`;

test('check names the SDKs that fail at a role, because they do not wait for the endpoint that assumes it', async () => {
  const body = SESSION.replace('EXPIRATION', new Date(Date.now() + 3_600_000).toISOString());
  const sts = await startEndpoint({ 'POST /': { body, headers: { 'Content-Type': 'text/xml' } } });
  const role = 'role_arn = arn:aws:iam::123456789012:role/loader\ncredential_source = Ec2InstanceMetadata';
  const run = await prepare(['stall=800ms,path=*/simulated-role'], {
    config: `[default]\nregion = eu-west-1\n${role}\n`,
    env: { AWS_ENDPOINT_URL_STS: sts.url },
  });
  const { stdout, stderr } = await runUntilMeasured(run, 'check', '-j', '30m');
  expect(stdout, stderr).toMatch(/^safe.*\n.*loader/);
  expect(stderr).toMatch(GO_FAILS);
});
