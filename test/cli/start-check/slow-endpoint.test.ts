import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

const GO_FAILS = /^note: a response of IMDS took 0\.[5-9]s: Go stops waiting earlier and fails$/m;

/** Runs the built program behind an IMDS with these faults. A thread that runs many tests has waited long for a CPU. */
async function prepare(faults: string[]) {
  const { environments } = await startSimulated({ faults });
  const home = temporaryFolder();
  const env = { ...environments.imds, HOME: home, CRED_WATCH_DB: `${home}/samples.db`, LANG: 'C.UTF-8' };
  return (...args: string[]) => runProgram(args, { env });
}

test('check names the SDKs that do not wait for a slow endpoint, and exec passes keys without this note', async () => {
  const run = await prepare(['stall=800ms,path=*/simulated-role']);
  const { code, stdout, stderr } = await run('check', '-j', '1h');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^safe/);
  expect(stderr).toMatch(GO_FAILS);
  expect(stderr).toContain('hint: find out why the endpoint is slow');
  const ofEnv = await run('env', '-j', '1h', '-f', 'json');
  expect(ofEnv).toMatchObject({ code: 0, stderr: expect.not.stringContaining('took') });
});

test('check with --source imds prints the same note, and the output as JSON stays JSON', async () => {
  const run = await prepare(['stall=800ms,path=*/simulated-role']);
  const { stdout, stderr } = await run('check', '-j', '1h', '--source', 'imds', '-f', 'json');
  expect(stderr).toMatch(GO_FAILS);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'safe' });
});

test('check says nothing about an endpoint for which every SDK waits', async () => {
  const run = await prepare(['stall=100ms,path=*/simulated-role']);
  expect((await run('check', '-j', '1h')).stderr).not.toContain('took');
});
