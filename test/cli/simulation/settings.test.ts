import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram, startProgram } from '../../support/cli/built-program.ts';
import { credentials, curl, DOCUMENT, startSimulation } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { sampleCases } from '../../support/thorough.ts';

test('a seed gives the same credentials again, and another seed gives others', async () => {
  const first = async (seed: string) => {
    const { environment, started, stop } = await startSimulation(['--seed', seed]);
    expect(started).toContain(`# seed ${seed}, `);
    const { AccessKeyId, SecretAccessKey, Token } = await credentials(environment);
    await stop();
    return { AccessKeyId, SecretAccessKey, Token };
  };
  const [one, same, other] = [await first('one'), await first('one'), await first('other')];
  expect(same).toEqual(one);
  expect(other.AccessKeyId).not.toBe(one.AccessKeyId);
});

test('a seed is random and shown without --seed', async () => {
  const seeds = [];
  for (let run = 0; run < 2; run += 1) {
    const { started, stop } = await startSimulation([]);
    seeds.push(/^# seed (\w+), /m.exec(started)?.[1]);
    await stop();
  }
  expect(seeds[0]).not.toBe(seeds[1]);
});

const read = async (
  { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint }: Record<string, string>,
  path: string,
) => {
  const { status, body } = await curl(`${endpoint}latest/${path}`);
  return status === 200 ? body : status;
};

test('the metadata of --tree in a file is served, and read again after a change', async () => {
  const file = join(temporaryFolder(), 'tree.json');
  const write = (value: string) =>
    writeFileSync(
      file,
      JSON.stringify({ 'meta-data': { 'placement/region': value }, 'user-data': '#!/bin/sh\n' }),
    );
  write('eu-north-1');
  const { environment, stop } = await startSimulation(['--tree', file]);
  expect(await read(environment, 'meta-data/placement/region')).toBe('eu-north-1');
  expect(await read(environment, 'user-data')).toBe('#!/bin/sh\n');
  write('ap-southeast-2');
  expect(await read(environment, 'meta-data/placement/region')).toBe('ap-southeast-2');
  writeFileSync(file, '{');
  expect(await read(environment, 'meta-data/placement/region')).toBe('ap-southeast-2');
  const { code, stderr } = await stop();
  expect(code).toBe(0);
  expect(stderr).toMatch(/^note: .*tree\.json is not valid JSON.*; serving the previous content$/m);
});

test('the metadata of --tree in a folder is served, and read again after a change', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'meta-data', 'tags', 'instance');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'Name'), 'loader\n');
  const { environment, stop } = await startSimulation(['--tree', folder]);
  expect(await read(environment, 'meta-data/tags/instance/Name')).toBe('loader');
  writeFileSync(join(path, 'Stage'), 'test');
  expect(await read(environment, 'meta-data/tags/instance/')).toContain('Stage');
  rmSync(join(path, 'Stage'));
  expect(await read(environment, 'meta-data/tags/instance/Stage')).toBe(404);
  expect(await stop()).toMatchObject({ code: 0 });
});

test('a scenario can be built in', async () => {
  const { environment } = await startSimulation(['--scenario', 'bad-token-request']);
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
  const url = `${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}latest/api/token`;
  expect((await curl(url, headers, 'PUT')).status).toBe(400);
});

test('a scenario in a file provides values for omitted flags, and adds faults', async () => {
  const file = join(temporaryFolder(), 'mine.json');
  const steps = [{ fault: '503', path: '/one' }];
  const settings = { shape: 'ecs', lifetime: '3m', rotate_every: '1m', jitter: '20s', role: 'theirs' };
  writeFileSync(file, JSON.stringify({ description: 'mine', ...settings, steps }));
  const listening = async (...flags: string[]) => {
    const { started, stop } = await startSimulation(['--scenario', file, '-f', 'json', ...flags]);
    await stop();
    const { environment, ...rest } = JSON.parse(started);
    return { ...rest, shapes: Object.keys(environment) };
  };
  expect(await listening()).toMatchObject({
    ...{ lifetime_seconds: 180, rotate_every_seconds: 60, jitter_seconds: 20, role: 'theirs' },
    ...{ shapes: ['ecs'], faults: ['503,path=/one'], scenario: { name: file, description: 'mine' } },
  });
  expect(
    await listening(...'--lifetime 10m --role ours --shape imds,eks --fault 429,path=/two'.split(' ')),
  ).toMatchObject({
    ...{ lifetime_seconds: 600, rotate_every_seconds: 60, jitter_seconds: 20, role: 'ours' },
    ...{ shapes: ['imds', 'eks'], faults: ['503,path=/one', '429,path=/two'] },
  });
  // A flag for the timing also replaces the jitter: 20s would be too long here.
  expect(await listening('--rotate-every', '30s')).toMatchObject({
    rotate_every_seconds: 30,
    jitter_seconds: 1,
  });
  expect(await listening('--overlap', '2m30s')).toMatchObject({ rotate_every_seconds: 30 });
  expect(await listening('--jitter', '0')).toMatchObject({ rotate_every_seconds: 60, jitter_seconds: 0 });
});

const readTiming = async (...flags: string[]) => {
  const { started, stop } = await startSimulation(['-f', 'json', ...flags]);
  const { stderr } = await stop();
  const {
    lifetime_seconds: lifetime,
    rotate_every_seconds: every,
    jitter_seconds: jitter,
  } = JSON.parse(started);
  return { lifetime, every, jitter, stderr };
};

test('the timing is like EC2 by default', async () => {
  expect(await readTiming()).toEqual({ lifetime: 21_600, every: 3600, jitter: 120, stderr: '' });
  expect(await readTiming('--lifetime', '10m')).toEqual({
    lifetime: 600,
    every: 100,
    jitter: 3,
    stderr: '',
  });
  expect(await readTiming('--lifetime', '1s')).toMatchObject({ lifetime: 1, every: 1, jitter: 0 });
});

test('the timing without --jitter rotates before credentials expire', async () => {
  expect(await readTiming('--lifetime', '10m', '--overlap', '10s')).toMatchObject({ jitter: 5 });
  expect(await readTiming('--lifetime', '6h')).toMatchObject({ jitter: 120 });
  expect(await readTiming('--lifetime', '1m', '--rotate-every', '2m')).toMatchObject({ jitter: 0 });
});

test('the timing with --overlap rotates at that remaining validity of the old credentials', async () => {
  expect(await readTiming('--lifetime', '1h', '--overlap', '15m')).toEqual({
    ...{ lifetime: 3600, every: 2700, jitter: 90, stderr: '' },
  });
  expect(await readTiming('--lifetime', '1h', '--overlap', '0', '--jitter', '0')).toMatchObject({
    ...{ every: 3600, stderr: '' },
  });
});

test('the timing gives a note if credentials can expire before a rotation', async () => {
  const note = (time: string, remedy = '') =>
    `note: expired credentials can be served for up to ${time} before a rotation${remedy}\n`;
  const { stderr: slow } = await readTiming('--lifetime', '1m', '--rotate-every', '2m', '--jitter', '0');
  expect(slow).toBe(note('1m'));
  // One rotation is early by the jitter, and the next one late.
  const { stderr: jittery } = await readTiming(
    '--lifetime',
    '60s',
    '--rotate-every',
    '58s',
    '--jitter',
    '2s',
  );
  expect(jittery).toBe(note('2s', '; use a smaller --jitter to prevent this'));
  const { stderr: fine } = await readTiming('--lifetime', '60s', '--rotate-every', '56s', '--jitter', '2s');
  expect(fine).toBe('');
});

describe('IMDS', () => {
  test.for(
    sampleCases(
      [
        ['both', 200, 200],
        ['v2', 200, 401],
        ['v1', 405, 200],
      ] as const,
      3,
    ),
  )(
    '--imds %s responds %i to a token request, and %i to a GET without a token',
    async ([mode, token, without]) => {
      const { environment } = await startSimulation(['--imds', mode]);
      const { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } = environment;
      const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
      expect((await curl(`${endpoint}latest/api/token`, headers, 'PUT')).status).toBe(token);
      expect((await curl(`${endpoint}${DOCUMENT}`)).status).toBe(without);
    },
  );

  test('IMDS follows a --variant', async () => {
    const { environment } = await startSimulation(['--imds', 'v2', '--variant', 'unauthorized=page']);
    const { body } = await curl(`${environment.AWS_EC2_METADATA_SERVICE_ENDPOINT}${DOCUMENT}`);
    expect(body).toHaveLength(343);
  });
});

test('EKS reports an error if the token file cannot be created', async () => {
  const run = await runProgram(['simulate', '--shape', 'eks', '--listen', '127.0.0.1:0'], {
    env: { TMPDIR: '/nonexistent' },
  });
  expect(run).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr:
      'error: could not create a token file in /nonexistent: the folder does not exist\nhint: set TMPDIR to a writable folder\n',
  });
});

test('EKS reports that the token file cannot be renewed, and continues', async () => {
  const folder = temporaryFolder();
  const args = ['--shape', 'eks', '--authorization-lifetime', '1s'];
  const { child, environment, stop } = await startSimulation(args, { env: { TMPDIR: folder } }, startProgram);
  const reported = new Promise((resolve) => child.stderr.once('data', resolve));
  rmSync(join(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ?? '', '..'), { recursive: true });
  await reported;
  const { code, stderr } = await stop();
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^note: could not renew the token file \S+eks-pod-identity-token: the folder does not exist\n/,
  );
});
