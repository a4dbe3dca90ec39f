import { expect, test } from 'vitest';
import {
  describeLongerSession,
  describeShortSession,
} from '../../../src/report/messages/provider-chain/role-sessions.ts';

const HOUR = 3600;

test.each([
  [{ durationSeconds: HOUR, isChained: false }, HOUR, 'role', 'set duration_seconds = 4200 in the profile'],
  [{ durationSeconds: HOUR, isChained: false }, HOUR, 'github', 'add --source github --duration 1h10m'],
  // The last duration that leaves a minute for the start.
  [{ durationSeconds: HOUR, isChained: false }, 12 * HOUR - 360, 'role', '--source role --duration 12h'],
  [{ durationSeconds: HOUR, isChained: false }, 12 * HOUR - 359, 'role', 'no role allows more than 12h'],
  [{ durationSeconds: 900, isChained: true }, HOUR - 360, 'role', '--source role --duration 1h;'],
  [{ durationSeconds: 900, isChained: true }, HOUR - 359, 'role', 'run a job of less than 55m'],
  [{ durationSeconds: null, isChained: false }, HOUR, 'sso', 'the session duration of the permission set'],
] as const)(
  'with %j, a job of %i s and the source %s, the advice is right',
  (session, duration, source, text) => {
    expect(describeLongerSession(session, { duration, margin: 300 }, source)).toContain(text);
  },
);

test('a limit of AWS is named only if it is the reason', () => {
  const describe = (durationSeconds: number, isChained: boolean) =>
    describeShortSession({ durationSeconds, isChained });
  expect(describe(HOUR, true)).toContain('AWS limits credentials to 1h');
  expect(describe(900, true)).toBe('never, because the requested validity is 15m');
  expect(describe(HOUR, false)).toBe('never, because the requested validity is 1h');
});
