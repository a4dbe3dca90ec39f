import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import {
  createStoppedClock,
  failure,
  failureWith,
  startPolled,
  summarizeSuccess,
} from '../../support/server/polled-simulator.ts';
import { CANARIES, codes, LIMITS } from '../../support/sources/polling.ts';

const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
const FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const EKS = 'GET /v1/credentials';
const CLOUDSHELL = 'GET /latest/meta-data/container/security-credentials';

function tokenFile(text: string): string {
  const path = join(temporaryFolder(), 'token');
  writeFileSync(path, text);
  return path;
}

/** A pod with a token file that the test writes. */
async function pod(content: (token: string) => string) {
  const eks = await startPolled('eks');
  const token = eks.simulation.serviceAccountTokens.issue(3600, Date.now());
  const path = tokenFile(content(token));
  return { ...eks, token, path, source: eks.newSource({ [FILE]: path }) };
}

describe('the authorization token', () => {
  test('the authorization token of the variable is sent unchanged', async () => {
    const shell = await startPolled('cloudshell');
    expect(summarizeSuccess(await shell.succeed()).notes).toEqual([]);
    expect(shell.sent('authorization')).toEqual([shell.simulation.authorization]);
    expect(shell.requests()).toEqual([`${CLOUDSHELL} 200`]);
  });

  test('the authorization token of the file is sent unchanged', async () => {
    const { source, token, succeed, sent, requests } = await pod((text) => text);
    expect(codes(await succeed(source))).toEqual(['TOKEN_FILE_EXPIRES']);
    expect(sent('authorization')).toEqual([token]);
    expect(requests()).toEqual([`${EKS} 200`]);
  });

  test('the authorization token of the file precedes the token of the variable', async () => {
    const { newSource, path, token, succeed, sent } = await pod((text) => text);
    const source = newSource({ [FILE]: path, [TOKEN]: CANARIES[3] });
    expect(codes(await succeed(source))).toEqual(['TWO_TOKENS_SET', 'TOKEN_FILE_EXPIRES']);
    expect(sent('authorization')).toEqual([token]);
  });

  test('the authorization token is not sent if it is missing, and EKS reports this', async () => {
    const eks = await startPolled('eks', { env: { [FILE]: undefined } });
    const outcome = await eks.fail();
    expect(failure(outcome)).toEqual(failureWith('auth-token-missing'));
    expect(outcome.detail).toBe('HTTP 400: Service account token cannot be empty');
    expect(eks.exchanges[0]?.request.headers).not.toHaveProperty('authorization');
    expect(eks.requests()).toEqual([`${EKS} 400`]);
  });

  test('the authorization token is not sent if it is missing, and CloudShell responds 401', async () => {
    const shell = await startPolled('cloudshell', { env: { [TOKEN]: undefined } });
    expect(failure(await shell.fail())).toEqual(failureWith('access-denied'));
    expect(shell.requests()).toEqual([`${CLOUDSHELL} 401`]);
  });

  test.each([`Bearer ${CANARIES[3]}`, CANARIES[3]])(
    'the authorization token is rejected if it is wrong, and not quoted',
    async (token) => {
      const shell = await startPolled('cloudshell', { env: { [TOKEN]: token } });
      expect(failure(await shell.fail())).toEqual(failureWith('auth-rejected'));
      expect(shell.sent('authorization')).toEqual([token]);
    },
  );

  test('the authorization token counts as missing if its variables are blank, with a note', async () => {
    const ecs = await startPolled('ecs', { env: { [TOKEN]: ' ', [FILE]: '' } });
    const outcome = await ecs.succeed();
    expect(outcome.notes).toEqual([
      { code: 'BLANK_ENV', name: FILE },
      { code: 'BLANK_ENV', name: TOKEN },
    ]);
    expect(ecs.exchanges[0]?.request.headers).not.toHaveProperty('authorization');
  });
});

describe('the token file is read again', () => {
  test('the token file is read again at every poll, so a replaced token does not fail', async () => {
    const { clock, withoutPauses, pass } = createStoppedClock();
    const eks = await startPolled('eks', { clock, poller: { clock: withoutPauses } });
    const { serviceAccountTokens } = eks.simulation;
    const path = tokenFile(serviceAccountTokens.issue(3600, clock.now()));
    const source = eks.newSource({ [FILE]: path });
    const first = await eks.succeed(source);
    expect(first.notes).toEqual([{ code: 'TOKEN_FILE_EXPIRES', expiresAt: clock.now() + 3600_000 }]);
    pass(3601);
    writeFileSync(path, serviceAccountTokens.issue(3600, clock.now()));
    const second = await eks.succeed(source);
    expect(second.notes).toEqual([{ code: 'TOKEN_FILE_EXPIRES', expiresAt: clock.now() + 3600_000 }]);
    const [before, after] = eks.sent('authorization');
    expect(after).not.toBe(before);
  });

  test('the token file is read again at every attempt of one poll', async () => {
    const eks = await startPolled('eks', { faults: ['500,times=1'] });
    const [old, replaced] = [3600, 7200].map((life) =>
      eks.simulation.serviceAccountTokens.issue(life, Date.now()),
    );
    const path = tokenFile(old!);
    const clock: Clock = {
      now: Date.now,
      sleep: async (milliseconds, signal) => {
        if (milliseconds >= LIMITS.pollMs) return systemClock.sleep(milliseconds, signal);
        writeFileSync(path, replaced!);
      },
    };
    await eks.succeed(eks.newSource({ [FILE]: path }, { clock }));
    expect(eks.sent('authorization')).toEqual([old, replaced]);
    expect(eks.requests()).toEqual([`${EKS} 500`, `${EKS} 200`]);
  });

  test('an expired token in the token file fails with the message of the agent', async () => {
    const { clock, withoutPauses, pass } = createStoppedClock();
    const eks = await startPolled('eks', {
      clock,
      authorizationLifetime: 600,
      poller: { clock: withoutPauses },
    });
    const expiry = clock.now() + 600_000;
    expect((await eks.succeed()).notes).toEqual([{ code: 'TOKEN_FILE_EXPIRES', expiresAt: expiry }]);
    pass(600);
    const outcome = await eks.fail();
    expect(failure(outcome)).toEqual(failureWith('auth-token-expired', { notes: ['TOKEN_FILE_EXPIRED'] }));
    expect(outcome.notes).toEqual([{ code: 'TOKEN_FILE_EXPIRED', expiresAt: expiry }]);
    expect(outcome.detail).toBe(
      'HTTP 400: Service account token failed basic claim validations: token is expired',
    );
    expect(eks.requests()).toEqual([`${EKS} 200`, `${EKS} 400`]);
  });
});

describe('a line break at the end of a token', () => {
  test.each(['\n', '\r\n'])(
    'a line break at the end of a token is removed from the file, with a note: %j',
    async (end) => {
      const { source, token, succeed, sent } = await pod((text) => `${text}${end}`);
      const outcome = await succeed(source);
      expect(outcome.notes[0]).toEqual({ code: 'TOKEN_TRAILING_NEWLINE', name: FILE });
      expect(codes(outcome)).toEqual(['TOKEN_TRAILING_NEWLINE', 'TOKEN_FILE_EXPIRES']);
      expect(sent('authorization')).toEqual([token]);
    },
  );

  test('a line break at the end of a token is removed from the variable, with a note', async () => {
    const shell = await startPolled('cloudshell');
    const source = shell.newSource({ [TOKEN]: `${shell.simulation.authorization}\n` });
    expect((await shell.succeed(source)).notes).toEqual([{ code: 'TOKEN_TRAILING_NEWLINE', name: TOKEN }]);
    expect(shell.sent('authorization')).toEqual([shell.simulation.authorization]);
  });

  test.each(['\n\n', '\r', '\nX-Evil: 1', '\r\nX-Evil: 1', '\u0000', '\t', 'é'])(
    'a token with the invalid end %j prevents the request',
    async (end) => {
      const { source, fail, requests } = await pod((text) => `${text}${end}`);
      const outcome = await fail(source);
      expect(outcome.reason).toBe('auth-token-invalid');
      expect(outcome.detail).toContain(FILE);
      expect(requests()).toEqual([]);
    },
  );

  test.each(['', '\n', ' \r\n'])(
    'a line break without a token before it (%j) sends no header, with a note',
    async (content) => {
      const { source, fail, exchanges, requests } = await pod(() => content);
      const outcome = await fail(source);
      expect(outcome.reason).toBe('auth-token-missing');
      expect(codes(outcome)).toContain('TOKEN_BLANK');
      expect(exchanges[0]?.request.headers).not.toHaveProperty('authorization');
      expect(requests()).toEqual([`${EKS} 400`]);
    },
  );
});

describe('an unreadable token file prevents the request', () => {
  test.each([
    ['missing', () => join(temporaryFolder(), 'none'), /ENOENT$/],
    ['a folder', () => temporaryFolder(), /not a regular file$/],
  ])('an unreadable token file prevents the request: %s', async (_, path, detail) => {
    const eks = await startPolled('eks', { env: { [FILE]: path() } });
    const outcome = await eks.fail();
    expect(failure(outcome)).toEqual(failureWith('auth-token-unreadable'));
    expect(outcome.detail).toMatch(detail);
    expect(eks.requests()).toEqual([]);
  });

  test('an unreadable token file prevents the request even if the variable has a valid token', async () => {
    const { newSource, token, fail, requests } = await pod((text) => text);
    const source = newSource({ [FILE]: join(temporaryFolder(), 'none'), [TOKEN]: token });
    expect(failure(await fail(source))).toEqual(
      failureWith('auth-token-unreadable', { notes: ['TWO_TOKENS_SET'] }),
    );
    expect(requests()).toEqual([]);
  });
});
