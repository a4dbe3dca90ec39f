import { expect, test } from 'vitest';
import { encodeExitCode } from '../../../src/cli/flags/exit-codes.ts';

test.each([
  [0, 0, 0, 0],
  [1, 1, 2, 1],
  [2, 2, 3, 255],
  [3, 3, 3, 255],
  // SIGTERM ended a wait.
  [143, 143, 3, 255],
])('exit code %i is encoded as %i, for nagios as %i, for systemd as %i', (code, plain, nagios, systemd) => {
  expect(encodeExitCode(code, 'default')).toBe(plain);
  expect(encodeExitCode(code, 'nagios')).toBe(nagios);
  expect(encodeExitCode(code, 'systemd')).toBe(systemd);
});
