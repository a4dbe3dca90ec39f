import { expect, test } from 'vitest';
import { findMisspeltVariables } from '../../../../src/cli/flags/environment/misspelt-variables.ts';
import { runCommand } from '../../../support/cli/run-command.ts';

test.each([
  ['CRED_WATCH_JOB', ['CRED_WATCH_JOB_DURATION']],
  ['CRED_WATCH_MARGN', ['CRED_WATCH_MARGIN']],
  ['CRED_WATCH_DATABASE', ['CRED_WATCH_DB']],
])('%s means %j', (name, similar) => {
  expect(findMisspeltVariables({ [name]: '5h' })).toEqual([{ name, similar }]);
});

test.each([
  'CRED_WATCH_DB',
  'CRED_WATCH_MARGIN',
  'CRED_WATCH_PROMETHEUS_TOKEN',
  'CRED_WATCH_NEW_VERDICT',
  'CRED_WATCH_OUT',
  'MY_CRED_WATCH_JOB',
])('%s is no typing error', (name) => {
  expect(findMisspeltVariables({ [name]: '5h' })).toEqual([]);
});

test('a note names a variable with a typing error', async () => {
  const { stderr } = await runCommand(['status'], { env: { CRED_WATCH_JOB: '5h' } });
  expect(stderr).toContain(
    'note: no command reads the variable CRED_WATCH_JOB\nhint: did you mean CRED_WATCH_JOB_DURATION?\n',
  );
});
