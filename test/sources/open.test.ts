import { expect, test } from 'vitest';
import { SOURCE_NAMES } from '../../src/domain/model.ts';
import { findSourceConflict, openSource, resolveSourceName } from '../../src/sources/open.ts';
import { SOURCE_KINDS } from '../../src/sources/source.ts';
import { options } from '../support/sources/polling.ts';
import { homeWith } from '../support/sources/profile-home.ts';

test.each(SOURCE_NAMES)('the source %s can be opened by its name', async (name) => {
  expect((await openSource(name, options({ HOME: '/nonexistent' }))).name).toBe(name);
});

test('auto selects a process for a command, and a profile for a profile', () => {
  expect(resolveSourceName('auto', { env: {}, command: 'x', profile: 'y' })).toBe('process');
  expect(resolveSourceName('auto', { env: {}, profile: 'y' })).toBe('profile');
});

test.each(SOURCE_NAMES)('the source %s has a conflict with every setting that it does not take', (name) => {
  for (const setting of ['role', 'profile', 'command'] as const) {
    const isTaken = SOURCE_KINDS[name].settings.includes(setting);
    expect(findSourceConflict(name, { env: {}, [setting]: 'x' })).toEqual(
      isTaken ? null : { code: 'SETTING_NOT_SUPPORTED', source: name, setting },
    );
  }
});

test('a command and a profile conflict', () => {
  const given = { env: {}, command: 'x', profile: 'y' };
  expect(findSourceConflict('process', given)).toEqual({ code: 'COMMAND_AND_PROFILE' });
});

test('an opened IMDS source uses the settings of the profile', async () => {
  const HOME = homeWith({ config: '[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1\n' });
  expect((await openSource('imds', options({ HOME }))).endpoint).toEqual({
    url: 'http://127.0.0.1:1',
    loopback: true,
  });
});
