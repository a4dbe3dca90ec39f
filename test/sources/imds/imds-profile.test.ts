import { describe, expect, test } from 'vitest';
import { readImdsSettings } from '../../../src/sources/imds/settings.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import { readProfileFiles } from '../../../src/sources/profile/files.ts';
import { codes, imds, options, ROLES, succeed } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

type Env = Record<string, string>;
type Files = Parameters<typeof homeWith>[0];

/** The options of a host with these files. The selected profile is `default`, unless `env` or `more` names another. */
async function host(files: Files, env: Env = {}, profile?: string) {
  const own = options({ HOME: homeWith(files), ...env }, profile === undefined ? {} : { profile });
  return { ...own, profileFiles: await readProfileFiles(own) };
}

const settings = async (lines: string, env: Env = {}) =>
  readImdsSettings(await host({ config: `[default]\n${lines}\n` }, env));

const ENDPOINT = 'AWS_EC2_METADATA_SERVICE_ENDPOINT';
const MODE = 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE';
const IPV6 = 'http://[fd00:ec2::254]/';

describe('the endpoint by profile and environment', () => {
  test.each<[string, Env, string, object[]]>([
    ['ec2_metadata_service_endpoint = http://127.0.0.1:1338', {}, 'http://127.0.0.1:1338/', []],
    ['EC2_Metadata_Service_Endpoint = http://127.0.0.1:1338', {}, 'http://127.0.0.1:1338/', []],
    [
      'ec2_metadata_service_endpoint = http://127.0.0.1:1338',
      { [ENDPOINT]: 'http://[::1]:1' },
      'http://[::1]:1/',
      [],
    ],
    // A blank variable is ignored here, and used by some SDKs.
    [
      'ec2_metadata_service_endpoint = http://127.0.0.1:1338',
      { [ENDPOINT]: '' },
      'http://127.0.0.1:1338/',
      [{ code: 'BLANK_ENV', name: ENDPOINT }],
    ],
    ['ec2_metadata_service_endpoint_mode = IPv6', {}, IPV6, []],
    ['ec2_metadata_service_endpoint_mode = IPv6', { [MODE]: 'IPv4' }, 'http://169.254.169.254/', []],
    [
      'ec2_metadata_service_endpoint_mode = ipv6',
      {},
      IPV6,
      [
        {
          code: 'ENDPOINT_MODE_CASE',
          name: 'ec2_metadata_service_endpoint_mode of profile default',
        },
      ],
    ],
    // An endpoint takes precedence over a mode.
    [
      'ec2_metadata_service_endpoint = http://127.0.0.1:1338',
      { [MODE]: 'IPv6' },
      'http://127.0.0.1:1338/',
      [],
    ],
    [
      'imds_use_ipv6 = true',
      {},
      'http://169.254.169.254/',
      [{ code: 'IPV6_ONLY_BOTOCORE', name: 'imds_use_ipv6 of profile default' }],
    ],
  ])(
    'the profile line %j with the environment %j gives the expected endpoint',
    async (lines, env, url, notes) => {
      const { baseUrl, blockingError, notes: made } = await settings(lines, env);
      expect(blockingError).toBeNull();
      expect(baseUrl?.href).toBe(url);
      expect(made.list).toEqual(notes);
    },
  );

  test.each([
    [
      'ec2_metadata_service_endpoint = CANARY',
      'is not an http or https URL without user, query and fragment',
    ],
    ['ec2_metadata_service_endpoint_mode = CANARY', 'is neither IPv4 nor IPv6'],
    ['ec2_instance_profile_name = a/CANARY', 'is not a role name'],
  ])('%s is an invalid configuration, and the message names the setting', async (line, what) => {
    const { blockingError } = await settings(line);
    expect(blockingError).toMatchObject({
      reason: 'invalid-configuration',
      detail: `${line.split(' ')[0]} of profile default ${what}`,
    });
  });
});

describe('IMDSv1', () => {
  const KEY = 'ec2_metadata_v1_disabled';
  const VARIABLE = 'AWS_EC2_METADATA_V1_DISABLED';
  test.each<[string, Env, boolean, object[]]>([
    ['true', {}, false, []],
    ['True', {}, false, []],
    ['false', {}, true, []],
    [
      '1',
      {},
      true,
      [{ code: 'V1_DISABLED_FOR_SOME_SDKS', name: 'ec2_metadata_v1_disabled of profile default' }],
    ],
    ['true', { [VARIABLE]: 'false' }, true, []],
    ['false', { [VARIABLE]: 'true' }, false, []],
    // The JavaScript SDK reads a blank value as `false`.
    ['true', { [VARIABLE]: '' }, false, [{ code: 'BLANK_ENV', name: VARIABLE }]],
  ])(
    'ec2_metadata_v1_disabled = %s with the environment %j decides about IMDSv1',
    async (value, env, allowed, notes) => {
      const { isV1Allowed, notes: made } = await settings(`${KEY} = ${value}`, env);
      expect(isV1Allowed).toBe(allowed);
      expect(made.list).toEqual(notes);
    },
  );
});

test('time limit and attempts are read from the profile', async () => {
  const lines = 'metadata_service_timeout = 2.5\nmetadata_service_num_attempts = 7';
  expect((await settings(lines)).limits).toMatchObject({ requestMs: 2500, attempts: 7 });
  const env = { AWS_METADATA_SERVICE_TIMEOUT: '3', AWS_METADATA_SERVICE_NUM_ATTEMPTS: '2' };
  expect((await settings(lines, env)).limits).toMatchObject({ requestMs: 3000, attempts: 2 });
  expect((await settings('metadata_service_timeout = soon')).notes.list).toEqual([
    { code: 'SETTING_IGNORED', name: 'metadata_service_timeout of profile default' },
  ]);
});

test('the role is read from the profile', async () => {
  const { fixedRole, notes } = await settings('ec2_instance_profile_name = web-role');
  expect(fixedRole).toBe('web-role');
  expect(notes.list).toEqual([
    { code: 'PROFILE_NAME_ONLY_SOME_SDKS', name: 'ec2_instance_profile_name of profile default' },
  ]);
});

describe('the settings of IMDS are those of', () => {
  const config = ['default', 'profile named', 'profile given']
    .map((name, index) => `[${name}]\nec2_metadata_service_endpoint = http://127.0.0.${index + 1}\n`)
    .join('');
  const findHost = async (env: Env, profile?: string) =>
    readImdsSettings(await host({ config }, env, profile)).baseUrl?.hostname;

  test('the settings of IMDS come from the selected profile', async () => {
    expect(await findHost({})).toBe('127.0.0.1');
    expect(await findHost({ AWS_PROFILE: 'named' })).toBe('127.0.0.2');
    expect(await findHost({ AWS_PROFILE: 'named' }, 'given')).toBe('127.0.0.3');
    expect(await findHost({ AWS_PROFILE: 'none' })).toBe('169.254.169.254');
  });

  test('the settings of IMDS come from both files, and the config file takes precedence', async () => {
    const credentials = '[default]\nec2_metadata_service_endpoint = http://127.0.0.9\n';
    expect(readImdsSettings(await host({ credentials })).baseUrl?.hostname).toBe('127.0.0.9');
    expect(readImdsSettings(await host({ config, credentials })).baseUrl?.hostname).toBe('127.0.0.1');
  });
});

test('a poll uses the endpoint of the profile', async () => {
  const endpoint = await startEndpoint(imds());
  const lines = `ec2_instance_profile_name = web-role\nec2_metadata_service_endpoint = http://127.0.0.1:1338/x/`;
  const config = `[default]\n${lines}\n`;
  expect(createLocalSource(null, await host({ config })).endpoint).toEqual({
    url: 'http://127.0.0.1:1338/x',
    loopback: true,
  });
  // Also in the environment, so that a defect cannot send the request to a real endpoint.
  const source = createLocalSource(null, await host({ config }, { [ENDPOINT]: endpoint.url }));
  expect(codes(await succeed(source))).toEqual(['PROFILE_NAME_ONLY_SOME_SDKS']);
  expect(endpoint.seen()).toEqual(['PUT /latest/api/token', `GET ${ROLES}web-role`]);
});
