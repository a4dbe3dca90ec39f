import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, test } from 'vitest';
import { PROGRAM } from '../../support/cli/built-program.ts';
import {
  fixturePath,
  minimalEnvironment,
  type Run,
  repositoryPath,
  startProcess,
} from '../../support/cli/program-run.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const WHOLE_PROGRAM = repositoryPath('test/support/start/whole-program.cjs');

/** Times and process ids differ from run to run. */
const withoutNumbers = (text: string) => text.replaceAll(/\d+/g, '#').replaceAll(/#[hm] ##?[ms]/g, '#');

const COMMAND_LINES: readonly (readonly [line: string, env?: Record<string, string>])[] = [
  ['poll'],
  ['poll -f json'],
  ['poll --timezone Asia/Tokyo'],
  ['poll --source imds --role simulated-role --host web-1 --extended-api'],
  ['poll --source container'],
  ['poll --profile loader'],
  ['poll --profile nobody'],
  ['poll --source environment'],
  ['poll --process false'],
  ['poll --interval 1s --for 1s'],
  ['poll --interval 1s --for 1s --listen 127.0.0.1:0 -j 4h'],
  ['poll --targets missing.json'],
  ['poll --targets missing.json --host web-1'],
  ['poll --listen 127.0.0.1:0'],
  ['poll -j 4h'],
  ['poll --for 4h'],
  ['poll --interval often'],
  ['poll --debug'],
  ['poll --db /dev/null/folder/samples.db'],
  ['poll --exit-codes nagios'],
  ['poll --host', {}],
  ['poll', { CRED_WATCH_HOST: 'a\nb' }],
  ['poll', { AWS_EC2_METADATA_DISABLED: 'true' }],
  ['poll', { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' }],
  ['check -j 4h'],
  ['check -j 4h -f json'],
  ['check -j 9h'],
  ['check -j 1h --wait 1s'],
  ['check'],
  ['check -j'],
  ['check -j soon'],
  ['check 4h'],
  ['check -j 4h --offline'],
  ['check -j 4h --offline --max-age 1h --exit-codes systemd'],
  ['check -j 4h --max-age 1h'],
  ['check -j 9h --exit-codes nagios'],
  ['check -j 4h --exit-codes nagios'],
  ['check --exit-codes nagios'],
  ['check -j 4h --exit-codes other'],
  ['check -j 4h --duration 4h'],
  ['check -j 4h --pid 4194304'],
  ['check -j 4h --watch'],
  ['check --pid 1 --wait 1h'],
  ['check -j 4h --profile loader'],
  ['check -j 4h --source imds --profile loader'],
  ['check -j 4h --source sso'],
  ['check -j 4h', { AWS_PROFILE: 'loader' }],
  ['check -j 4h', { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }],
  ['check -j 4h', { AWS_SECRET_ACCESS_KEY: 'x' }],
  ['exec -j 4h -- sh -c echo'],
  ['exec -j 4h --job nightly -- sh -c exit'],
  ['exec -j 4h --legacy-token -- /nonexistent'],
  ['exec -j 9h -- true'],
  ['exec -j 4h -- sh -c echo', { AWS_PROFILE: 'loader' }],
  ['exec -j 4h --source role -- true'],
  ['exec -j 4h --watch -- sh -c echo'],
  ['exec --watch --refresh -- true'],
  ['exec -j 4h --warn-before 1h -- true'],
  ['exec --refresh -- true'],
  ['exec -j 4h true'],
  ['exec -j 4h --'],
  ['exec -j 4h'],
  ['exec -- true'],
  ['exec -j 4h --wrong -- true'],
  ['exec --help'],
  ['report'],
  ['report -j 5h'],
  ['report -j 5h -j 90m -f json'],
  ['report --presign 7d'],
  ['report --presign 4h -j 5h -f json'],
  ['report --presign 8d'],
  ['report -f csv'],
  ['report -f markdown -f junit=report.xml'],
  ['report -f github -f table=report.txt', { GITHUB_STEP_SUMMARY: 'summary.md' }],
  ['report -f prometheus'],
  ['report -f openmetrics'],
  ['report -f html -o report.html'],
  ['report -f jsn'],
  ['report -f json -o json'],
  ['report --since 7d --until 2015-11-01'],
  ['report --since yesterday'],
  ['report --role nobody --top 0'],
  ['report --confidence 95%'],
  ['report --ascii --retired'],
  ['report --fleet -j 5h'],
  ['report --group-by role -f json'],
  ['report --db missing.db'],
  ['report', { FORCE_COLOR: '1' }],
  ['report --exit-codes nagios'],
  ['report -j 9h --exit-codes nagios'],
  ['report -j 4h -f html=report.html --exit-codes nagios'],
  ['report --fleet -j 5h --exit-codes nagios'],
  ['report -f jsn --exit-codes nagios'],
  ['status'],
  ['status -j 5h'],
  ['status -j 5h -f json'],
  ['status --exit-codes nagios'],
  ['status -j soon'],
  ['status --since 7d --until 2015-11-01'],
  ['status --since yesterday'],
  ['status --host nobody -j 4h'],
  ['status --db missing.db'],
  ['status --help'],
  ['status', { FORCE_COLOR: '1', LANG: 'C.UTF-8' }],
  ['status', { CRED_WATCH_JOB_DURATION: '5h', CRED_WATCH_MARGIN: '0' }],
  ['status', { CRED_WATCH_JOB_DURATION: 'soon' }],
  ['report', { CRED_WATCH_ROLE: 'nobody', CRED_WATCH_JOB_DURATION: '5h' }],
  ['report', { CRED_WATCH_SOURCE: 'ecs' }],
  ['check', { CRED_WATCH_JOB_DURATION: '4h', CRED_WATCH_MARGIN: '0' }],
  ['check -j 1h', { CRED_WATCH_MARGIN: '\u001b[2J' }],
  ['check -j 1h', { CRED_WATCH_SOURCE: 'container' }],
  ['poll', { CRED_WATCH_SOURCE: 'environment', CRED_WATCH_JOB_DURATION: 'soon' }],
  ['poll', { CRED_WATCH_SOURCE: 'role', CRED_WATCH_ROLE: 'loader' }],
  ['poll', { CRED_WATCH_ROLE: '../x' }],
  ['exec -- true', { CRED_WATCH_JOB_DURATION: '9h' }],
  ['exec -- true', { CRED_WATCH_JOB_DURATION: '1h', CRED_WATCH_SOURCE: 'imds' }],
  ['report -h'],
  ['report extra'],
  ['--version'],
  ['-V'],
  ['--version poll'],
  ['--debug report'],
  ['poll --version'],
  ['program'],
  [''],
  ['constructor'],
  ['report --help report'],
];

let endpoint: Awaited<ReturnType<typeof startSimulated>>;
let prepared: string;
beforeAll(async () => {
  endpoint = await startSimulated({}, () => {});
  let removeFolder = () => {};
  const folder = temporaryFolder((clean) => {
    removeFolder = clean;
  });
  prepared = join(folder, 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--db', prepared]);
  return async () => {
    await endpoint.close();
    removeFolder();
  };
});

/** Runs a command line in a new folder with a database and a config file. */
async function runIn(folder: string, program: string, line: string, changes: Record<string, string>) {
  copyFileSync(prepared, join(folder, 'samples.db'));
  mkdirSync(join(folder, '.aws'));
  writeFileSync(join(folder, '.aws', 'config'), '[default]\nregion = eu-west-1\n[profile loader]\n');
  const env = minimalEnvironment({
    HOME: folder,
    CRED_WATCH_DB: 'samples.db',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.origin,
    ...changes,
  });
  const words = line === '' ? [] : line.split(' ');
  const run = await startProcess([process.execPath, program, ...words], { env, cwd: folder }).done;
  return { ...normalise(run), files: pathsIn(folder) };
}

const normalise = ({ code, signal, stdout, stderr }: Run) => ({
  code,
  signal,
  // A run with --interval polls once or twice in a second.
  stdout: withoutNumbers(stdout).replaceAll(/^(.+\n)\1+/gm, '$1'),
  // Stack traces name the file of the bundle.
  stderr: withoutNumbers(stderr).replaceAll(/^ +at .*\n/gm, ''),
});

describe('the program does the same as the whole program without a bundle for the command', () => {
  test.concurrent.for(sampleCases(COMMAND_LINES, 72))(
    'a bundle and the whole program have the same output: %s',
    async ([line, env = {}], { onTestFinished, expect }) => {
      const runWith = (program: string) => runIn(temporaryFolder(onTestFinished), program, line, env);
      const usual = await runWith(PROGRAM);
      expect(usual).toEqual(await runWith(WHOLE_PROGRAM));
      expect(usual.stderr).not.toMatch(/unexpected \w*Error/);
    },
  );
});
