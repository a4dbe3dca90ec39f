import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll } from 'vitest';
import { CANARIES } from '../support/cli/canaries.ts';
import { checkedRun, expectNoSecretIn, inNewFolder } from './checked-run.ts';
import { fuzz } from './fuzz.ts';
import { changedObject, changedText, hostileText } from './hostile-values.ts';

const DOCUMENT = {
  Code: 'Success',
  LastUpdated: '2026-11-22T00:00:00Z',
  Type: 'AWS-HMAC',
  AccessKeyId: 'ASIACANARY0000000001',
  SecretAccessKey: CANARIES.secretKey,
  Token: CANARIES.sessionToken,
  Expiration: '2026-11-22T06:23:11Z',
};

const httpResponse = (status: string, headers: string[], body: string) =>
  [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');

const statusLine = fc.constantFrom(
  '200 OK',
  '401 Unauthorized',
  '403 Forbidden',
  '404',
  '429',
  '500',
  '502',
  '301',
);

/** A valid response, or an error whose text quotes the document. */
const response: fc.Arbitrary<string> = fc
  .tuple(
    statusLine,
    fc.oneof(changedObject(DOCUMENT), quotedDocument()),
    fc.array(hostileHeader(), { maxLength: 2 }),
  )
  .map(([status, body, headers]) => httpResponse(status, headers, body));

function hostileHeader(): fc.Arbitrary<string> {
  const name = fc.constantFrom(
    'Date',
    'Location',
    'Transfer-Encoding',
    'Content-Length',
    'Retry-After',
    '__proto__',
  );
  return fc.tuple(name, hostileText).map(([key, value]) => `${key}: ${value}`);
}

/** An error message that contains the whole document. */
function quotedDocument(): fc.Arbitrary<string> {
  const text = JSON.stringify(DOCUMENT);
  const lines = (separator: string) =>
    Object.entries(DOCUMENT)
      .map((pair) => pair.join(separator))
      .join('\n');
  return fc.constantFrom(
    `upstream failed: ${text}`,
    JSON.stringify({ Code: 'Failed', Message: text }),
    JSON.stringify({ message: `got ${JSON.stringify(text)}` }),
    `<html><title>${text}</title></html>`,
    lines(': '),
    lines('='),
    encodeURIComponent(text),
    Buffer.from(text).toString('base64'),
  );
}

/** What the server writes to the next connections. The last response repeats. */
let responses: readonly Buffer[] = [];
let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const [next, ...rest] = responses;
      if (rest.length > 0) responses = rest;
      socket.end(next ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
});
afterAll(() => server.close());

const token = Buffer.from(
  httpResponse('200 OK', ['X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600'], CANARIES.imdsToken),
);
const roles = Buffer.from(httpResponse('200 OK', [], 'loader'));

/** Polls, reports and exports, and searches every file for secrets. */
const pollAndReport = (environment: Record<string, string>) =>
  inNewFolder(async (folder) => {
    const env = {
      AWS_METADATA_SERVICE_TIMEOUT: '1',
      CRED_WATCH_DB: join(folder, 'samples.db'),
      ...environment,
    };
    for (const args of [['poll'], ['report', '-j', '4h'], ['report', '-f', 'json'], ['export']]) {
      await checkedRun(args, { env });
    }
    expectNoSecretIn(folder);
  });

fuzz('the response of a container endpoint', changedText(response), async (body) => {
  responses = [body];
  await pollAndReport({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/${CANARIES.credentialsPath}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: CANARIES.authorization,
  });
});

fuzz(
  'the responses of IMDS',
  fc.tuple(fc.constantFrom(0, 1, 2), changedText(response)),
  async ([position, body]) => {
    responses = [...[token, roles].slice(0, position), body];
    await pollAndReport({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url });
  },
);
