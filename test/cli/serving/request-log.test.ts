import { expect, test } from 'vitest';
import { createRequestLog } from '../../../src/cli/serving/request-log.ts';
import type { ServedExchange } from '../../../src/server/serving/served-exchange.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';

const EXCHANGE: ServedExchange = {
  at: Date.UTC(2026, 10, 22),
  role: 'loader',
  shape: 'imds',
  kind: 'metadata',
  apiVersion: '2',
  method: 'GET',
  path: '/latest/meta-data/',
  status: 200,
  client: '',
  connection: { remoteAddress: '127.0.0.1', remotePort: 1, localAddress: '127.0.0.1', localPort: 2 },
  peer: null,
  credentials: null,
  rejectedHost: null,
  refusal: null,
};

test.each(['text', 'json'] as const)(
  'the log in %s has no token that a client sends as its name',
  (format) => {
    let written = '';
    const output = createOutput((text) => {
      written += text;
    });
    const io = createTestIo({}, '', { stdout: output, stderr: output });
    const log = createRequestLog({ log: true, format }, () => 0, io);
    const token = `AQAEA${'Zk3x'.repeat(12)}K==`;
    log.onExchange({ ...EXCHANGE, client: `app/1 ${token}` });
    expect(written).toContain('app/1 [redacted]');
    expect(written).not.toContain('Zk3xZk3x');
  },
);

test('the log says why a client got no credentials, and what to do for a client without a token file', () => {
  let written = '';
  const output = createOutput((text) => {
    written += text;
  });
  const io = createTestIo({}, '', { stdout: output, stderr: output });
  const log = createRequestLog({ log: true, format: 'text' }, () => 0, io);
  log.onExchange({ ...EXCHANGE, role: null, shape: 'eks', status: 401, refusal: 'authorization-missing' });
  expect(written).toMatch(
    / 401 .* {2}refused: no Authorization header: this client does not read AWS_CONT.*, use --shape ecs/,
  );
});
