import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { CredWatchError } from '../../../src/errors.ts';
import { PostgresUnavailableError } from '../../../src/remote/postgres/connection/failures.ts';
import { openPostgres } from '../../../src/remote/postgres/connection/postgres-connection.ts';
import { MAX_MESSAGE_BYTES } from '../../../src/remote/postgres/connection/reply-limits.ts';
import {
  AUTHENTICATED,
  type HostileServer,
  int16,
  int32,
  message,
  ONE_COLUMN,
  READY,
  startHostileServer,
  writeForever,
} from '../../support/postgres/hostile-server.ts';
import { sampleCases } from '../../support/thorough.ts';

const PASSWORD = 'correcthorse';
const STARTED = Buffer.concat([AUTHENTICATED, READY]);

async function findProblem({ port }: HostileServer): Promise<unknown> {
  const context = {
    env: { PGUSER: 'u', PGPASSWORD: PASSWORD },
    home: '/nonexistent',
    clock: systemClock,
    random: () => 0,
  };
  const url = `postgres://127.0.0.1:${port}/fleet?sslmode=disable&connect_timeout=2`;
  return openPostgres(url, context, { timeout: 0 }).then(
    () => null,
    (error: unknown) => error,
  );
}

test.each([
  ['an empty request for a password', message('R'), READY],
  ['an unknown method of authentication', message('R', int32(99)), READY],
  ['a length below that of the header', Buffer.from([82, 0, 0, 0, 0, 0, 0, 0, 0]), READY],
  ['a row without a description', STARTED, Buffer.concat([message('D', int16(1), int32(0)), READY])],
  ['a negative number of values', STARTED, Buffer.concat([ONE_COLUMN, message('D', int16(-5)), READY])],
  ['a negative number of columns', STARTED, Buffer.concat([message('T', int16(-1)), READY])],
  ['columns without a description', STARTED, Buffer.concat([message('T', int16(30)), READY])],
])('%s is an unavailable database, and leaves no socket open', async (_, reply, replyToStatement) => {
  const server = await startHostileServer(reply, replyToStatement);
  const error = await findProblem(server);
  expect(error).toBeInstanceOf(PostgresUnavailableError);
  await vi.waitFor(() => expect(server.countOpenSockets()).toBe(0));
});

test('rows after the end of a statement leave no socket open', async () => {
  const late = Buffer.concat([READY, READY, ONE_COLUMN, message('D', int16(1), int32(1), Buffer.from('1'))]);
  const server = await startHostileServer(STARTED, late);
  await findProblem(server);
  await vi.waitFor(() => expect(server.countOpenSockets()).toBe(0));
});

test('an error of the server leaves no socket open', async () => {
  const fields = Buffer.from('SERROR\0VERROR\0C42000\0M\u001b[31mevil\0\0');
  const server = await startHostileServer(STARTED, Buffer.concat([message('E', fields), READY]));
  expect(await findProblem(server)).toMatchObject({ message: expect.not.stringContaining('\u001b') });
  await vi.waitFor(() => expect(server.countOpenSockets()).toBe(0));
});

test.each(
  sampleCases(
    [
      [
        'a message',
        writeForever(Buffer.concat([Buffer.from('D'), int32(MAX_MESSAGE_BYTES + 1)]), Buffer.alloc(1)),
      ],
      [
        'the notices',
        writeForever(Buffer.alloc(0), message('N', Buffer.alloc(1_000_000, 'x'), Buffer.alloc(2))),
      ],
      [
        'the rows',
        writeForever(ONE_COLUMN, message('D', int16(1), int32(1_000_000), Buffer.alloc(1_000_000, '1'))),
      ],
    ],
    3,
  ),
)('%s of a server without an end is an error before the memory is full', async (_, replyToStatement) => {
  const server = await startHostileServer(STARTED, replyToStatement);
  const error = await findProblem(server);
  expect(error).toBeInstanceOf(CredWatchError);
  expect(error).toMatchObject({ message: expect.stringMatching(/the reply of the server is too large$/) });
});

test('a server that quotes the password in an error does not leak it', async () => {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08P01\0Mno user with ${PASSWORD}\0\0`);
  const server = await startHostileServer(message('R', int32(3)), message('E', fields));
  const error = await findProblem(server);
  expect(error).toBeInstanceOf(PostgresUnavailableError);
  expect(error).toMatchObject({ message: expect.stringMatching(/no user with \[redacted\] \(08P01\)$/) });
});
