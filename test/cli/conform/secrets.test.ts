import { describe, expect, test } from 'vitest';
import { CANARIES, canariesIn } from '../../support/cli/canaries.ts';
import { runSampled } from '../../support/cli/run-command.ts';
import { type Handler, startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const { secretKey, sessionToken, imdsToken, authorization, credentialsPath, word } = CANARIES;

const everything = `${secretKey} ${sessionToken} ${imdsToken} ${authorization} ${credentialsPath} ${word}`;
const ROLES = '/latest/meta-data/iam/security-credentials/';

const credentials = (changes: object = {}) =>
  JSON.stringify({
    Code: 'Success',
    LastUpdated: '2026-11-22T00:00:00Z',
    AccessKeyId: 'ASIATESTTESTTEST0001',
    SecretAccessKey: secretKey,
    Token: sessionToken,
    Expiration: '2026-11-22T06:23:11Z',
    ...changes,
  });

/** Quotes each secret in the header fields that a report shows. */
const quoting = (secret: string) => ({
  'Content-Type': `text/x-${secret}`,
  Location: `http://127.0.0.1/${encodeURIComponent(secret)}`,
  Allow: secret,
  Server: secret,
  'X-Echo': Buffer.from(secret).toString('base64'),
  'Access-Control-Allow-Origin': secret,
  'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': secret,
});

const imds =
  (body: (path: string) => string, headers: Record<string, string>, status = 200): Handler =>
  ({ method, path }) => {
    if (method === 'PUT') return { headers, body: imdsToken };
    return { status, headers, body: path === ROLES ? 'loader' : body(path) };
  };

const ENDPOINTS: Record<string, Handler> = {
  'quotes the secret key in headers': imds(() => credentials(), quoting(secretKey)),
  'quotes the session token in headers': imds(() => credentials(), quoting(sessionToken)),
  'quotes the token in headers': imds(() => credentials(), quoting(imdsToken)),
  'states secrets in fields': imds(
    () =>
      credentials({ Code: secretKey, Expiration: sessionToken, LastUpdated: imdsToken, region: secretKey }),
    {},
  ),
  'lists secrets as roles': ({ method, path }) => {
    if (method === 'PUT') return { body: imdsToken };
    return path === ROLES ? { body: `${word}\n${everything}` } : { body: credentials() };
  },
  'reports an error with secrets': imds(
    () => JSON.stringify({ Code: `Failed ${secretKey}`, Message: everything, SecretAccessKey: secretKey }),
    {},
  ),
  'responds with everything': imds(() => everything, { Location: `/${credentialsPath}` }, 400),
  'redirects with secrets': ({ method }) =>
    method === 'PUT'
      ? { body: imdsToken }
      : { status: 302, headers: { Location: `http://${word}.example/${credentialsPath}` } },
};

const CASES = Object.entries(ENDPOINTS).flatMap(([name, handler]) =>
  ['text', 'json', 'junit'].map((format) => ({ name, handler, format })),
);

describe('secrets of the endpoint', () => {
  test.each(sampleCases(CASES, 24))(
    'an endpoint that $name: $format shows no secret',
    async ({ handler, format }) => {
      const endpoint = await startEndpoint(handler);
      const run = await runSampled(['conform', endpoint.url, '-f', format, '--debug']);
      expect(run.stdout).toContain('forwarded-request-refused');
      // The role is shown, so a word in its place cannot be distinguished from a name.
      expect(canariesIn(run.stdout + run.stderr).filter((name) => name !== 'word')).toEqual([]);
      expect(endpoint.requests.length).toBeLessThanOrEqual(60);
    },
  );

  test.each(['text', 'json', 'junit'])(
    '%s shows neither the token nor the confidential path',
    async (format) => {
      const quoted = quoting(authorization);
      const endpoint = await startEndpoint(({ headers }) =>
        headers.authorization === authorization
          ? { headers: { ...quoted, 'Content-Type': 'application/json' }, body: credentials() }
          : { status: 400, headers: quoted, body: `no ${authorization} ${credentialsPath}` },
      );
      const url = `${endpoint.url}/v2/credentials/${credentialsPath}`;
      const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization };
      const run = await runSampled(['conform', url, '-f', format], { env });
      expect(run.stdout).toContain('container-identity');
      expect(canariesIn(run.stdout + run.stderr)).toEqual([]);
    },
  );

  test.each(['text', 'json'])(
    'needs a short password in the query, does not show it in %s',
    async (format) => {
      const endpoint = await startEndpoint(() => ({ body: credentials() }));
      const run = await runSampled(['conform', `${endpoint.url}/role/loader?key=Zq7x`, '-f', format]);
      expect(run.stdout).toContain('/role/loader?key=[redacted]');
      expect(run.stdout + run.stderr).not.toContain('Zq7x');
    },
  );
});
