import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../src/report/messages/failures/describe-failure.ts';
import { createLocalSource } from '../../src/sources/open.ts';
import type { PollFailure } from '../../src/sources/source.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  CANARIES,
  codes,
  containerAt,
  fail,
  IMPATIENT,
  imds,
  imdsAt,
  options,
  ROLES,
  succeed,
} from '../support/sources/polling.ts';
import { type Script, type Step, startEndpoint } from '../support/sources/scripted-endpoint.ts';

const PUT = 'PUT /latest/api/token';
const LIST = `GET ${ROLES}`;
const ROLE = `GET ${ROLES}web-role`;
const V1_DISABLED = { AWS_EC2_METADATA_V1_DISABLED: 'true' };
const TOKEN = { AWS_CONTAINER_AUTHORIZATION_TOKEN: CANARIES[3] };

const getHint = (failure: PollFailure) => describeFailure(failure).hint;

async function pollImds(script: Script, env = {}): Promise<PollFailure> {
  return fail(imdsAt(await startEndpoint(imds(script)), env, { limits: IMPATIENT }));
}

async function pollContainer(step: Step, env = {}): Promise<PollFailure> {
  return fail(containerAt(await startEndpoint({ 'GET /creds': step }), env));
}

describe('a token request whose connection breaks', () => {
  const broken: [string, Step][] = [
    ['reset', 'reset'],
    ['closed', 'close'],
  ];

  test.each(broken)('a token request that is %s is not a sign of a hop limit', async (_, step) => {
    const endpoint = await startEndpoint(imds({ [PUT]: step }));
    expect(codes(await succeed(imdsAt(endpoint)))).toEqual(['IMDS_V1_USED']);

    const failure = await pollImds({ [PUT]: step }, V1_DISABLED);
    expect(failure).toMatchObject({ reason: 'v1-disabled', possibleHopLimit: false, notes: [] });
    expect(getHint(failure)).toMatch(/policy, firewall or proxy/);
    expect(getHint(failure)).not.toMatch(/hop limit/);
  });

  test.each(broken)('IMDS is blocked if the token request is %s and a token is required', async (_, step) => {
    const failure = await pollImds({ [PUT]: step, [LIST]: { status: 401 } });
    expect(failure).toMatchObject({ reason: 'imds-blocked', possibleHopLimit: false });
    expect(getHint(failure)).not.toMatch(/hop limit/);
  });

  test('a token request without a response is a sign of a hop limit', async () => {
    const failure = await pollImds({ [PUT]: 'silence', [LIST]: { status: 401 } });
    expect(failure).toMatchObject({ reason: 'timeout', possibleHopLimit: true });
    expect(getHint(failure)).toMatch(/hop limit/);
  });
});

describe('IMDS that refuses requests', () => {
  test.each<[string, Script, object]>([
    ['403 for everything', { [PUT]: { status: 403 }, [LIST]: { status: 403 } }, {}],
    ['403 for the role list', { [LIST]: { status: 403 } }, {}],
    ['403 for the document', { [ROLE]: { status: 403, body: 'role not allowed' } }, {}],
    ['401 for the token request', { [PUT]: { status: 401 } }, {}],
    ['401 for a request without a token', { [PUT]: { status: 404 }, [LIST]: { status: 401 } }, {}],
  ])('IMDS is blocked if it returns %s', async (_, script, env) => {
    const failure = await pollImds(script, env);
    expect(failure.reason).toBe('imds-blocked');
    expect(getHint(failure)).toMatch(/IMDS is enabled.*policy, firewall or proxy/);
    expect(describeFailure(failure).message).not.toMatch(/token/);
  });

  test('a rejected token request with IMDSv1 disabled has a hint about what blocks IMDS', async () => {
    const failure = await pollImds({ [PUT]: { status: 403 } }, V1_DISABLED);
    expect(failure.reason).toBe('v1-disabled');
    expect(getHint(failure)).toMatch(/IMDS is enabled.*policy, firewall or proxy/);
    expect(getHint(failure)).not.toMatch(/hop limit/);
  });

  test('a token that IMDS rejects twice is the cause of the failure', async () => {
    const failure = await pollImds({ [LIST]: { status: 401 } });
    expect(failure.reason).toBe('auth-rejected');
    expect(getHint(failure)).toMatch(/token/);
  });
});

describe('a server that rejects the Host of a request', () => {
  const DENIED = { status: 401, body: "Access denied for host 'localhost:9099'\n" };

  test.each<[string, Script]>([
    ['every request', { [PUT]: DENIED, [LIST]: DENIED }],
    ['requests for metadata', { [PUT]: { status: 404 }, [LIST]: DENIED }],
    ['requests with a token', { [LIST]: DENIED }],
  ])('a 401 of aws-vault for the Host of %s is about the address', async (_, script) => {
    const failure = await pollImds(script);
    expect(failure.reason).toBe('address-rejected');
    expect(failure.detail).toMatch(/^HTTP 401: Access denied for host/);
    expect(getHint(failure)).toMatch(/169\.254\.169\.254/);
  });

  test('a 403 of the EKS agent for its address is about the address', async () => {
    const body =
      'Access Denied. Called agent through invalid address, please use either [169.254.170.23] address';
    const failure = await pollContainer({ status: 403, body }, TOKEN);
    expect(failure.reason).toBe('address-rejected');
    expect(getHint(failure)).toMatch(/169\.254\.170\.23/);
  });
});

describe('a role list with status 404', () => {
  test.each([
    ['pod with specified IP not found', 'pod with specified IP not found\n'],
    ['no role for 10.0.0.7', '{"Error":{"Message":"no role for 10.0.0.7"}}'],
    ['404 page not found', '404 page not found\n'],
  ])('the text %j of a proxy is shown', async (text, body) => {
    const failure = await pollImds({ [LIST]: { status: 404, body } });
    expect(failure).toMatchObject({ reason: 'no-role', detail: `HTTP 404: ${text}` });
    expect(getHint(failure)).toMatch(/attach an instance profile.*kube2iam/);
  });

  test('the page of IMDS is not shown', async () => {
    const failure = await pollImds({ [LIST]: { status: 404, body: '<html><title>404 - Not Found</title>' } });
    expect(failure.detail).toBe('HTTP 404: no role is attached to the instance');
  });
});

describe('an error document of IMDS', () => {
  test('a missing instance profile is not blamed on the trust policy', async () => {
    const body = JSON.stringify({ Code: 'InstanceProfileNotFound', Message: 'Instance Profile p not found' });
    const failure = await pollImds({ [ROLE]: { body } });
    expect(failure).toMatchObject({
      reason: 'instance-profile-not-found',
      detail: 'InstanceProfileNotFound: Instance Profile p not found',
    });
    expect(getHint(failure)).toMatch(/^attach an instance profile/);
    expect(getHint(failure)).not.toMatch(/trust/);
  });

  test('a role that EC2 may not assume is blamed on the trust policy', async () => {
    const failure = await pollImds({ [ROLE]: { body: '{"Code":"AssumeRoleUnauthorizedAccess"}' } });
    expect(failure.reason).toBe('error-document');
    expect(getHint(failure)).toMatch(/trust policy/);
  });

  test('a nested error with status 200 is an error document', async () => {
    const failure = await pollImds({ [ROLE]: { body: '{"Error":{"Code":"NoRole","Message":"why"}}' } });
    expect(failure).toMatchObject({ reason: 'error-document', detail: 'NoRole: why' });
  });
});

describe('a container endpoint without credentials', () => {
  test.each([
    ['an unknown path of the ECS agent', { status: 404, body: '404 page not found\n' }],
    ['a 404 without text', { status: 404 }],
    [
      'a task that is gone',
      { status: 400, body: '{"code":"InvalidIdInRequest","message":"Credentials not found"}' },
    ],
    ['a path without an id', { status: 400, body: '{"code":"NoIdInRequest","message":"no id"}' }],
  ])('%s is not a missing pod identity association', async (_, step) => {
    const failure = await pollContainer(step);
    expect(failure.reason).toBe('not-found');
    expect(getHint(failure)).toMatch(/path is wrong or the task is gone/);
  });

  test('ResourceNotFoundException is a missing pod identity association', async () => {
    const body = '[id]: (ResourceNotFoundException): no association';
    expect((await pollContainer({ status: 404, body }, TOKEN)).reason).toBe('no-association');
  });
});

describe('an error of the EKS agent', () => {
  test.each([
    [400, 'Service account token cannot be empty', 'auth-token-missing', /TOKEN_FILE.*not empty/],
    [
      400,
      'Service account token failed basic claim validations: token is not valid yet',
      'auth-token-not-yet-valid',
      /clock/,
    ],
    [400, 'Service account token cannot be parsed', 'auth-rejected', /token/],
    [400, '[id]: (InvalidTokenException): bad', 'auth-rejected', /token/],
    [400, '[id]: (AccessDeniedException): no', 'assume-role-denied', /eks-auth:AssumeRoleForPodIdentity/],
    [403, '[id]: (AccessDeniedException): no', 'assume-role-denied', /pods\.eks\.amazonaws\.com/],
    [403, 'user x is not authorized to perform: sts:AssumeRole', 'assume-role-denied', /trust policy/],
  ])('%i with the text %j has the reason %s', async (status, body, reason, hint) => {
    const failure = await pollContainer({ status, body }, TOKEN);
    expect(failure.reason).toBe(reason);
    expect(getHint(failure)).toMatch(hint);
  });
});

describe('a refused request to a container endpoint', () => {
  test.each([401, 403])('%i without a configured token is not blamed on a token', async (status) => {
    const body = '{"Error":{"Code":"Denied","Message":"not for you"}}';
    const failure = await pollContainer({ status, body });
    expect(failure).toMatchObject({ reason: 'access-denied', detail: `HTTP ${status}: Denied: not for you` });
    expect(describeFailure(failure).message).not.toMatch(/token/);
    expect(getHint(failure)).toMatch(/address.*AWS_CONTAINER_AUTHORIZATION_TOKEN/);
  });

  test.each([401, 403])('%i with a blank token is not blamed on a token', async (status) => {
    const failure = await pollContainer({ status }, { AWS_CONTAINER_AUTHORIZATION_TOKEN: ' ' });
    expect(failure.reason).toBe('access-denied');
  });

  test.each([401, 403])('%i for a configured token is blamed on the token', async (status) => {
    const failure = await pollContainer({ status }, TOKEN);
    expect(failure.reason).toBe('auth-rejected');
    expect(getHint(failure)).toMatch(/token/);
  });

  test.each([
    ['{"error":{"message":"why"}}', 'why'],
    ['{"error":"why"}', 'why'],
    ['{"Errors":[{"Code":"A","Message":"why"}]}', 'A: why'],
    ['{"__type":"Denied","message":"why"}', 'Denied: why'],
    ['{"Message":"outer","Error":{"Message":"inner"}}', 'outer'],
    [`{"Error":{"SecretAccessKey":"${CANARIES[0]}"}}`, ''],
  ])('the error %s is shown as %j', async (body, text) => {
    const failure = await pollContainer({ status: 403, body }, TOKEN);
    expect(failure.detail).toBe(text === '' ? 'HTTP 403' : `HTTP 403: ${text}`);
  });
});

describe('a process that prints its credentials in another form', () => {
  const [secret, token] = CANARIES;
  const keys = {
    AccessKeyId: 'ASIACANARY0000000009',
    SecretAccessKey: secret,
    SessionToken: token,
    Expiration: '2026-11-22T06:23:11Z',
  };
  const lowerKeys = { accessKeyId: keys.AccessKeyId, secretAccessKey: secret, sessionToken: token };
  const sts = { Credentials: keys, AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/a/b' } };
  const process = JSON.stringify({ Version: 1, ...keys });
  const exports = `export AWS_ACCESS_KEY_ID=${keys.AccessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secret}\n`;

  test.each([
    [
      'a response of STS',
      JSON.stringify(sts, null, 2),
      /response of STS/,
      /jq '\.Credentials \+ \{Version: 1\}'/,
    ],
    [
      'a response of SSO',
      JSON.stringify({ roleCredentials: { ...lowerKeys, expiration: 1 } }),
      /response of SSO/,
      /aws configure export-credentials/,
    ],
    [
      'a response of IoT',
      JSON.stringify({ credentials: { ...lowerKeys, expiration: keys.Expiration } }),
      /response of IoT/,
      /jq '\.credentials/,
    ],
    ['export lines', exports, /variables/, /--format env/],
    ['variables', exports.replaceAll('export ', ''), /variables/, /--format env/],
    [
      'variables of fish',
      exports.replaceAll('export ', 'set -gx ').replaceAll('=', ' '),
      /variables/,
      /JSON/,
    ],
    ['variables of PowerShell', `$Env:AWS_SECRET_ACCESS_KEY="${secret}"`, /variables/, /JSON/],
    ['lines of a shared file', `[default]\naws_secret_access_key = ${secret}\n`, /variables/, /JSON/],
    ['text before the JSON', `Signing in ${secret}\n${process}`, /text before or after/, /stderr/],
    ['text after the JSON', `${process}\ndone\n`, /text before or after/, /stderr/],
    ['no version', JSON.stringify(keys), /Version is not 1/, /"Version": 1/],
    ['a document of IMDS', JSON.stringify({ ...keys, Code: 'Success' }), /Version is not 1/, /SessionToken/],
    ['a table', `${keys.AccessKeyId}\t${secret}\t${token}\n`, /not a JSON object/, /export-credentials/],
  ])('%s has a hint and is not quoted', async (_, output, problem, hint) => {
    const file = join(temporaryFolder(), 'output');
    writeFileSync(file, output);
    const failure = await fail(createLocalSource('process', options({}, { command: `cat ${file}` })));
    expect(failure.reason).toBe('malformed');
    expect(failure.detail).toMatch(problem);
    expect(getHint(failure)).toMatch(hint);
  });
});

describe('an endpoint that does not run', () => {
  const IMDS_ENDPOINT = 'AWS_EC2_METADATA_SERVICE_ENDPOINT';
  const CLOSED = 'http://127.0.0.1:1';

  test.each<[source: 'imds' | 'container', env: Record<string, string>, setting: string]>([
    ['imds', { [IMDS_ENDPOINT]: CLOSED }, `unset ${IMDS_ENDPOINT}`],
    ['container', { AWS_CONTAINER_CREDENTIALS_FULL_URI: CLOSED }, 'unset AWS_CONTAINER_CREDENTIALS_FULL_URI'],
    [
      'container',
      { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/creds', AWS_CONTAINER_SERVICE_ENDPOINT: CLOSED },
      'unset AWS_CONTAINER_SERVICE_ENDPOINT',
    ],
  ])('a poll of %s with %j suggests to unset the variable', async (source, env, setting) => {
    const failure = await fail(createLocalSource(source, options(env, { limits: IMPATIENT })));
    expect(failure.reason).toBe('unreachable');
    expect(getHint(failure)).toContain(`, or ${setting}`);
  });
});
