import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram, runShell, startProgram } from '../../support/cli/built-program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import {
  credentials,
  curl,
  DOCUMENT,
  evaluateExports,
  sessionToken,
  startSimulation,
  withToken,
} from '../../support/cli/running-simulation.ts';
import { pathsIn, temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const FREE = ['--listen', '127.0.0.1:0'];
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('the output of simulate at the start', () => {
  test('the output of simulate at the start consists of comments, export lines and unset lines', async () => {
    const { started } = await startSimulation(['--shape', 'imds,ecs,eks,cloudshell']);
    const others = started
      .split('\n')
      .filter((line) => !/^(#.*|export \w+=\S+|unset( AWS_\w+)+|)$/.test(line));
    expect(others).toEqual([]);
  });

  test('the output of simulate at the start unsets the variables of an earlier simulator', async () => {
    const { started } = await startSimulation([]);
    const left =
      'export AWS_EC2_METADATA_DISABLED=true AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/';
    expect(Object.keys(evaluateExports(`${left}\n${started}`))).toEqual([
      'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ]);
  });

  test('the output of simulate at the start exports the IMDS endpoint with a final slash', async () => {
    const { environment } = await startSimulation([]);
    expect(environment).toEqual({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    });
    const { Code, AccessKeyId, LastUpdated, Expiration } = await credentials(environment);
    expect(Code).toBe('Success');
    expect(AccessKeyId).toMatch(/^ASIAFALSE/);
    expect(Date.parse(Expiration) - Date.parse(LastUpdated)).toBe(6 * 3_600_000);
  });

  test('the output of simulate at the start exports the ECS endpoint', async () => {
    const { environment } = await startSimulation(['--shape', 'ecs', '--role', 'task']);
    expect(Object.keys(environment)).toEqual(['AWS_CONTAINER_CREDENTIALS_FULL_URI']);
    const { status, body } = await curl(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ RoleArn: expect.stringMatching(/:role\/task$/) });
  });

  ciTest('the output of simulate at the start exports the EKS endpoint and the token file', async () => {
    const args = ['--shape', 'eks', '--authorization-lifetime', '1h'];
    const { environment, stop } = await startSimulation(args, {}, startProgram);
    const {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file = '',
    } = environment;
    expect((await curl(url)).status).toBe(400);
    const token = readFileSync(file, 'utf8');
    const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(exp - iat).toBe(3600);
    const { status, body } = await curl(url, { Authorization: token });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toHaveProperty('AccountId');
    await stop();
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  test('the output of simulate at the start exports the CloudShell endpoint and token, and disables IMDS', async () => {
    const { environment } = await startSimulation(['--shape', 'cloudshell']);
    const {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
      ...others
    } = environment;
    expect(others).toEqual({ AWS_EC2_METADATA_DISABLED: 'true' });
    expect((await curl(url)).status).toBe(401);
    const { status, body } = await curl(url, { Authorization: authorization });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ Type: '', Code: 'Success' });
  });

  test('the output of simulate at the start has one block per shape, all served by one process', async () => {
    const { environments } = await startSimulation(['--shape', 'imds, cloudshell,ecs']);
    const { imds = {}, ecs = {}, cloudshell = {}, ...others } = environments;
    expect(others).toEqual({});
    expect((await credentials(imds)).Code).toBe('Success');
    expect((await curl(ecs.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')).status).toBe(200);
    const headers = { Authorization: cloudshell.AWS_CONTAINER_AUTHORIZATION_TOKEN };
    expect((await curl(cloudshell.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', headers)).status).toBe(200);
  });

  ciTest(
    'the output of simulate at the start can be sourced from a file while the simulator runs',
    async () => {
      // The file is created first, because grep may run before the simulator creates it.
      const script = `
      : > lines
      "$NODE" "$PROGRAM" simulate --listen 127.0.0.1:0 > lines 2> log & simulator=$!
      until grep -q '^export' lines; do sleep 0.1; done
      . ./lines
      "$NODE" -e "fetch(process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + 'latest/meta-data/instance-id')
        .then(async (response) => console.log(response.status, await response.text()))"
      kill -TERM $simulator; wait $simulator; echo "ended with $?"; cat log >&2`;
      const { stdout, stderr } = await runShell(script, { cwd: temporaryFolder() });
      expect(stdout).toMatch(/^200 i-\w+\nended with 0\n$/);
      expect(stderr).toMatch(/^\S+ \S+Z {2}GET \/latest\/meta-data\/instance-id {2}200 {2}v1 {2}\S+\n$/);
    },
  );

  test('the output of simulate at the start can be sourced after the end, also with hostile User-Agents', async () => {
    const folder = temporaryFolder();
    const { environment, stop } = await startSimulation([]);
    const hostile = `x; touch ${folder}/run; $(touch ${folder}/run) \`touch ${folder}/run\` && \u0085touch ${folder}/run`;
    await curl(`${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}${DOCUMENT}`, { 'User-Agent': hostile });
    const { stdout } = await stop();
    expect(stdout).toContain('touch');
    expect(evaluateExports(stdout)).toEqual(environment);
    expect(pathsIn(folder)).toEqual([]);
  });

  test('the output of simulate at the start shows the timing, seed, scenario and faults', async () => {
    const { started } = await startSimulation([
      ...['--lifetime', '10m', '--rotate-every', '2m', '--jitter', '5s', '--role', 'loader'],
      ...['--seed', 'a b', '--fault', '503,share=1%', '--scenario', 'hop-limit'],
    ]);
    for (const line of [
      '# role loader: credentials valid for 10m, rotated every 2m ± 5s',
      '# seed a b, started ',
      '# scenario hop-limit: A client runs in a bridged container ',
      '# fault hop-limit\n',
      '# fault 503,share=1%\n',
    ]) {
      expect(started).toContain(line);
    }
  });
});

describe('simulate ends with exit code 0 and a summary', () => {
  const SUMMARY = /\n\n# 2 requests from 1 client(?: in \d+s)?; 1 set of credentials served 1 time\n\n# /;

  test.for(sampleCases(['SIGTERM', 'SIGINT'] as const, 2))(
    'simulate ends with exit code 0 and a summary after a %s',
    async (signal) => {
      const { environment, child, done } = await startSimulation([], {}, startProgram);
      await credentials(environment);
      child.kill(signal);
      const run = await done;
      expect([run.code, run.signal]).toEqual([0, null]);
      expect(run.stdout).toMatch(SUMMARY);
      expect(run.stdout).toMatch(/\n# no client used IMDSv1\n$/);
    },
  );

  test('simulate ends with exit code 0 and a summary after the time of --for', async () => {
    const run = await runProgram(['simulate', ...FREE, '--for', '1s']);
    expect(run).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(run.stdout).toMatch(/\n\n# no client made a request\n$/);
  });

  ciTest('simulate ends with exit code 0 and a summary while a client waits for a response', async () => {
    const stalls = ['--fault', 'stall,path=/slow'];
    const { environment, child, stop } = await startSimulation(stalls, {}, startProgram);
    const waiting = curl(`${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}slow`);
    const logged = new Promise((resolve) => child.stderr.once('data', resolve));
    await Promise.all([logged.then(stop), expect(waiting).rejects.toThrow()]);
    const { code, stdout } = await stop();
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\n# 1 request from 1 client; no credentials served\n/);
  });
});

test('simulate --listen reports a port that is in use', async () => {
  const { environment } = await startSimulation([]);
  const { host, origin } = new URL(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? '');
  expect(await runCommand(['simulate', '--listen', host])).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: `error: ${origin} is already in use\nhint: use another --listen address; port 0 means any free port\n`,
  });
});

ciTest('simulate --listen listens on no address if one of several is in use', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  const run = await runProgram(['simulate', ...FREE, '--listen', `127.0.0.1:${port}`]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
});

test('simulate --listen needs --allow-remote for an address that other machines can reach', async () => {
  expect(await runCommand(['simulate', '--listen', '0.0.0.0:0'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'error: other machines can reach 0.0.0.0\n' +
      'hint: listen on 127.0.0.1 or [::1], or add --allow-remote to accept other machines\n',
  });
  const { environment, started } = await startSimulation(['--listen', '0.0.0.0:0', '--allow-remote']);
  expect(started).toContain('# listening on http://0.0.0.0:');
  // Clients cannot connect to 0.0.0.0.
  expect(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect((await credentials(environment)).Code).toBe('Success');
});

test('simulate --listen accepts an IPv6 address in brackets', async () => {
  const { environment } = await startSimulation(['--listen', '[::1]:0']);
  expect(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT).toMatch(/^http:\/\/\[::1\]:\d+\/$/);
  expect((await credentials(environment)).Code).toBe('Success');
});

test('simulate --listen serves the same simulation on two addresses', async () => {
  const { started, stop } = await startSimulation([...FREE, '--listen', '[::1]:0', '-f', 'json']);
  const { endpoints } = JSON.parse(started);
  expect(endpoints).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    expect.stringMatching(/^http:\/\/\[::1\]:\d+\/$/),
  ]);
  const [one, other] = endpoints.map((each: string) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: each }));
  // A token of one address is valid at the other.
  const { status } = await curl(`${endpoints[1]}${DOCUMENT}`, withToken(await sessionToken(one)));
  expect(status).toBe(200);
  expect((await credentials(one)).AccessKeyId).toBe((await credentials(other)).AccessKeyId);
  expect(JSON.parse((await stop()).stdout.trim().split('\n').at(-1) ?? '').request_count).toBe(6);
});

test('simulate --listen accepts the host names of --allow-host and rejects others', async () => {
  const { environment, stop } = await startSimulation([
    '--allow-host',
    'Sim.internal',
    '--allow-host',
    'other',
  ]);
  const url = `${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}latest/meta-data/instance-id`;
  const statuses = [];
  for (const Host of ['sim.internal', 'SIM.internal:1338', 'other', 'evil.example', 'localhost']) {
    statuses.push((await curl(url, { Host })).status);
  }
  expect(statuses).toEqual([200, 200, 200, 403, 200]);
  await curl(url, { Host: 'evil.example' });
  const { stderr } = await stop();
  expect(stderr.match(/^(note|hint): .*/gm)).toEqual([
    "note: rejected a request to the host 'evil.example'",
    'hint: use an address of this machine, or add --allow-host NAME',
  ]);
});

test('simulate --listen accepts the addresses of AWS, and no other link-local address', async () => {
  const { environment } = await startSimulation(['--allow-host', '192.0.2.1', '--allow-host', '2001:db8::1']);
  const url = `${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}latest/meta-data/instance-id`;
  const status = async (Host: string) => (await curl(url, { Host })).status;
  for (const host of [
    '169.254.169.254',
    '169.254.170.2:80',
    '[fd00:ec2::23]',
    '192.0.2.1',
    '[2001:DB8::1]',
  ]) {
    expect([host, await status(host)]).toEqual([host, 200]);
  }
  for (const host of ['169.254.1.1', '169.254.169.253', '[fd00:ec2::1]', '[fe80::1]', '203.0.113.77']) {
    expect([host, await status(host)]).toEqual([host, 403]);
  }
});

describe('the log of simulate', () => {
  test('the log of simulate as JSON is one line per event on stdout', async () => {
    const args = [
      ...['--format', 'json', '--debug', '--shape', 'imds,ecs', '--lifetime', '30s', '--rotate-every', '1m'],
      ...['--fault', '503,path=/broken', '--fault', 'reset,path=/reset', '--seed', 'seed'],
    ];
    const { environments, stop, started } = await startSimulation(args, {}, startProgram);
    const { imds = {}, ecs = {} } = environments;
    const endpoint = imds.AWS_EC2_METADATA_SERVICE_ENDPOINT;
    expect((await credentials(imds)).Code).toBe('Success');
    await curl(`${endpoint}${DOCUMENT}`, { 'User-Agent': 'evil\t\u0085"quoted"' });
    await curl(`${endpoint}broken`);
    await expect(curl(`${endpoint}reset`)).rejects.toThrow();
    await curl(ecs.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '');
    const { code, stdout, stderr } = await stop();
    expect(code).toBe(0);
    expect(stdout.endsWith('}\n')).toBe(true);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(stdout.startsWith(started)).toBe(true);
    expect(events.map(({ event }) => event)).toEqual(['listening', ...Array(6).fill('request'), 'report']);
    expect(events.every(({ schema_version: version }) => version === 1)).toBe(true);
    expect(events[0]).toMatchObject({ seed: 'seed', lifetime_seconds: 30, rotate_every_seconds: 60 });
    expect(events[2]).toMatchObject({
      at: expect.stringMatching(/^[\d-]+T[\d:.]+Z$/),
      ...{
        method: 'GET',
        path: `/${DOCUMENT}`,
        status: 200,
        incomplete_reason: null,
        shape: 'imds',
        kind: 'credentials',
      },
      ...{ api_version: '2', access_key_id: expect.stringMatching(/^ASIA….{4}$/), fault: null },
      ...{ expiration: expect.stringMatching(ISO), client: 'curl/7.88.1', address: '127.0.0.1' },
    });
    expect(events.slice(4, 6)).toMatchObject([
      { path: '/broken', status: 503, fault: 'status' },
      { path: '/reset', status: null, incomplete_reason: 'reset', fault: 'reset' },
    ]);
    expect(events[6]).toMatchObject({ shape: 'ecs', path: '/v2/credentials/…', status: 200 });
    expect(events[7]).toMatchObject({
      ...{ request_count: 6, credentials_count: 3, fault_count: 2, failed_count: 2 },
      imds_v1_clients: [{ response_count: 1 }],
    });
    // Notes are text in every format.
    expect(stderr).toMatch(/^note: expired credentials can be served for up to \d+s before a rotation/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('the log of simulate as text is one line per request on stderr', async () => {
    const { environment, stop } = await startSimulation(['--fault', '503,path=/broken']);
    await credentials(environment);
    await curl(`${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}broken?with=query`);
    const { stderr } = await stop();
    const at = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ';
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${at} {2}PUT /latest/api/token {2}200 {2}v2 {2}curl/7\\.88\\.1$`)),
      expect.stringMatching(
        new RegExp(`^${at} {2}GET /${DOCUMENT} {2}200 {2}v2 {2}ASIA….{4} (6h|5h 59m).* left {2}curl/7`),
      ),
      expect.stringMatching(
        new RegExp(`^${at} {2}GET /broken\\?… {2}503 {2}v1 {2}curl/7\\.88\\.1 {2}fault: status$`),
      ),
      '',
    ]);
  });

  test.for(['text', 'json'])('the log of simulate as %s is omitted with --no-log', async (format) => {
    const { environment, started, stop } = await startSimulation(['--no-log', '-f', format]);
    await credentials(environment);
    const { stdout, stderr } = await stop();
    expect(stderr).toBe('');
    expect(stdout.startsWith(started)).toBe(true);
    const rest = stdout.slice(started.length);
    if (format === 'json') expect(JSON.parse(rest)).toMatchObject({ event: 'report', request_count: 2 });
    else expect(rest).toMatch(/^\n# 2 requests from 1 client/);
  });

  test('the log of simulate can lose its reader without ending the simulator', async () => {
    // The last line of the shell shows the exit code of the simulator.
    const script = `
      { "$NODE" "$PROGRAM" simulate --listen 127.0.0.1:0 -f json --for 1s; echo "ended with $?" >&2; } | head -n 1`;
    const { stdout, stderr } = await runShell(script);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'listening' });
    expect(stderr).toBe('ended with 0\n');
  });

  ciTest('the log of simulate with a closed pipe does not prevent responses', async () => {
    const program = await startSimulation(['-f', 'json'], {}, startProgram);
    program.child.stdout.destroy();
    for (let count = 0; count < 5; count += 1)
      expect((await credentials(program.environment)).Code).toBe('Success');
    expect(await program.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test('the log of simulate that cannot be written is an error', async () => {
    const script = '"$NODE" "$PROGRAM" simulate --listen 127.0.0.1:0 > /dev/full';
    expect(await runShell(script)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^error: could not write to standard output: the disk is full\nhint: the output is incomplete: free some space, or write to another file\n/,
      ),
    });
  });
});

test.for([
  ['nagios', 0, 3],
  ['systemd', 0, 255],
] as const)(
  'simulate --exit-codes %s ends with %i, and with %i for wrong usage',
  async ([style, good, bad]) => {
    const { stop } = await startSimulation(['--exit-codes', style]);
    expect((await stop()).code).toBe(good);
    expect((await runCommand(['simulate', '--lifetime', 'x', '--exit-codes', style])).code).toBe(bad);
  },
);

test('simulate --help shows every fault, scenario and variant', async () => {
  const { code, stdout, stderr } = await runCommand(['simulate', '--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const word of [
    'token-lifetime=TIME',
    'times=2',
    'trust-policy-broken',
    'extended-api=off|on',
    '--history',
  ]) {
    expect(stdout).toContain(word);
  }
  expect(stdout).not.toContain('[])');
});
