import { expect, test } from 'vitest';
import { areIssuedPerRequest } from '../../src/domain/measurement/issued-per-request.ts';
import { SOURCE_NAMES } from '../../src/domain/model.ts';
import {
  createLocalSource,
  findSourceConflict,
  openSource,
  resolveSourceName,
  type SourceChoice,
} from '../../src/sources/open.ts';
import { SOURCE_KINDS, SOURCE_SETTINGS } from '../../src/sources/source.ts';
import { createGenerations } from '../support/domain/generations.ts';
import { options } from '../support/sources/polling.ts';
import { homeWith } from '../support/sources/profile-home.ts';

const NOTHING = {
  env: {},
  role: undefined,
  profile: undefined,
  command: undefined,
  roleArn: undefined,
  sessionName: undefined,
  externalId: undefined,
  durationSeconds: undefined,
  stsEndpoint: undefined,
  expiresAt: undefined,
};

test.each(SOURCE_NAMES)('the source %s can be opened by its name', async (name) => {
  expect((await openSource(name, options({ HOME: '/nonexistent' }))).name).toBe(name);
});

test.each(SOURCE_NAMES)(
  'the source %s issues credentials if its series are issued per request',
  async (name) => {
    const source = await openSource(name, options({ HOME: '/nonexistent' }));
    const oneSample = createGenerations({ seen: [0, 0], samples: 1 });
    expect(source.issuesCredentials === true).toBe(areIssuedPerRequest(oneSample, name));
  },
);

test('auto selects a process for a command, and a profile for a profile', () => {
  expect(resolveSourceName('auto', { env: {}, command: 'x', profile: 'y' })).toBe('process');
  expect(resolveSourceName('auto', { env: {}, profile: 'y' })).toBe('profile');
});

test.each(SOURCE_NAMES)('the source %s has a conflict with every setting that it does not take', (name) => {
  for (const setting of SOURCE_SETTINGS) {
    const isTaken = SOURCE_KINDS[name].settings.includes(setting);
    expect(findSourceConflict(name, { ...NOTHING, [setting]: 'x' })).toEqual(
      isTaken ? null : { code: 'SETTING_NOT_SUPPORTED', source: name, setting },
    );
  }
});

test('a command and a profile conflict', () => {
  const given = { ...NOTHING, command: 'x', profile: 'y' };
  expect(findSourceConflict('process', given)).toEqual({ code: 'COMMAND_AND_PROFILE' });
});

test('an opened IMDS source uses the settings of the profile', async () => {
  const HOME = homeWith({ config: '[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1\n' });
  expect((await openSource('imds', options({ HOME }))).endpoint).toEqual({
    url: 'http://127.0.0.1:1',
    loopback: true,
  });
});

test.each<[env: Record<string, string>, name: string]>([
  [{}, 'imds'],
  [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: ' ' }, 'imds'],
  [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' }, 'container'],
  [{ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'x' }, 'container'],
])('auto selects by the environment %j the source %s', async (env, name) => {
  expect(resolveSourceName('auto', { env })).toBe(name);
  expect((await openSource('auto', options({ HOME: '/nonexistent', ...env }))).name).toBe(name);
  expect(createLocalSource(null, options(env)).name).toBe(name);
});

test.each<[choice: SourceChoice, given: object, expected: object | null]>([
  ['auto', {}, null],
  ['auto', { role: 'x' }, null],
  ['auto', { command: 'x', role: 'x' }, null],
  ['auto', { profile: 'x', role: 'x' }, null],
  ['auto', { command: 'x', profile: 'x' }, { code: 'COMMAND_AND_PROFILE' }],
  [
    'profile',
    { command: 'x', profile: 'x' },
    { code: 'SETTING_NOT_SUPPORTED', source: 'profile', setting: 'command' },
  ],
  [
    'container',
    { role: 'x', profile: 'x', command: 'x' },
    { code: 'SETTING_NOT_SUPPORTED', source: 'container', setting: 'command' },
  ],
  [
    'container',
    { role: 'x', profile: 'x' },
    { code: 'SETTING_NOT_SUPPORTED', source: 'container', setting: 'profile' },
  ],
])('with the source %s, the settings %j have the conflict %j', (choice, given, expected) => {
  expect(findSourceConflict(choice, { ...NOTHING, ...given })).toEqual(expected);
});

test.each([
  ['imds', true, ['role', 'profile']],
  ['container', true, []],
  ['process', false, ['role', 'profile', 'command', 'expiresAt']],
  ['environment', false, ['role', 'expiresAt']],
  [
    'profile',
    true,
    ['role', 'profile', 'sessionName', 'externalId', 'durationSeconds', 'stsEndpoint', 'expiresAt'],
  ],
  ['web-identity', true, ['role', 'profile', 'roleArn', 'sessionName', 'durationSeconds', 'stsEndpoint']],
  [
    'role',
    true,
    ['role', 'profile', 'externalId', 'roleArn', 'sessionName', 'durationSeconds', 'stsEndpoint'],
  ],
  ['sso', true, ['role', 'profile']],
  ['github', true, ['role', 'roleArn', 'sessionName', 'durationSeconds', 'stsEndpoint']],
] as const)(
  'the source %s needs shared files: %s, and takes the settings %j',
  (name, needsProfileFiles, settings) => {
    expect(SOURCE_KINDS[name]).toMatchObject({ needsProfileFiles, settings });
    expect(SOURCE_KINDS[name].description).toMatch(
      /^(instance|container|output|keys|a profile|credentials) /,
    );
  },
);
