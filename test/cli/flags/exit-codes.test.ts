import { expect, test } from 'vitest';
import { encodeExitCode } from '../../../src/cli/flags/exit-codes.ts';

test.each([
  [0, 0, 0, 0, 0],
  [1, 1, 2, 1, 99],
  [2, 2, 3, 255, 1],
  [3, 3, 3, 255, 1],
  // SIGTERM ended a wait.
  [143, 143, 3, 255, 1],
])(
  'exit code %i is encoded as %i, for nagios as %i, for systemd as %i, for airflow as %i',
  (code, ...codes) => {
    const [plain, nagios, systemd, airflow] = codes;
    expect(encodeExitCode(code, 'airflow')).toBe(airflow);
    expect(encodeExitCode(code, 'default')).toBe(plain);
    expect(encodeExitCode(code, 'nagios')).toBe(nagios);
    expect(encodeExitCode(code, 'systemd')).toBe(systemd);
  },
);
