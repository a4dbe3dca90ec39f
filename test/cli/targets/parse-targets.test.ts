import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTargets } from '../../../src/cli/targets/parse-targets.ts';
import { createTargetEnvironment } from '../../../src/cli/targets/target.ts';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { findViolations } from '../../support/docs/schemas.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY';
const CONTAINER = { host: 'orders', source: 'container', url: 'http://127.0.0.1:80/v2/credentials/a' };
const IMDS = { host: 'i-0abc', source: 'imds' };

const parse = (document: unknown, defaultInterval: number | null = null, env = { TOKEN: 'x', BLANK: ' ' }) =>
  parseTargets(document, { env, defaultInterval });
const findProblems = (...targets: unknown[]) => parse({ targets }).problems;

describe('a valid file', () => {
  test('a target has the values of its members', () => {
    const { targets, problems } = parse({
      $schema: 'https://example.com/targets.schema.json',
      schema_version: 1,
      targets: [
        { ...IMDS, url: 'http://10.0.0.1:1338', role: 'team/loader', interval: '1h30m' },
        { ...CONTAINER, token_file: '/run/token' },
        { ...CONTAINER, host: 'web', token_env: 'TOKEN' },
      ],
    });
    expect(problems).toEqual([]);
    const absent = { url: null, role: null, tokenFile: null, tokenVariable: null, interval: null };
    expect(targets).toEqual([
      {
        ...absent,
        host: 'i-0abc',
        source: 'imds',
        url: 'http://10.0.0.1:1338',
        role: 'team/loader',
        interval: 5400,
      },
      { ...absent, ...CONTAINER, tokenFile: '/run/token' },
      { ...absent, ...CONTAINER, host: 'web', tokenVariable: 'TOKEN' },
    ]);
  });

  test('null is the same as a missing member', () => {
    const nulls = { url: null, role: null, token_file: null, token_env: null, interval: null };
    expect(parse({ targets: [{ ...nulls, ...IMDS }] })).toEqual(parse({ targets: [IMDS] }));
    expect(findProblems({ ...nulls, ...IMDS, host: null, source: null })).toEqual([
      "target 1: 'source' is missing: use imds or container",
      "target 1: 'host' is missing: give each target the name of its host",
    ]);
  });
});

test.each<[name: string, document: unknown, problem: string]>([
  ['a list', [IMDS], 'the file is not a JSON object: write {"targets": [...]}'],
  ['null', null, 'the file is not a JSON object: write {"targets": [...]}'],
  ['no list of targets', {}, `'targets' is not a list: write {"targets": [...]}`],
  ['an object of targets', { targets: { a: IMDS } }, `'targets' is not a list: write {"targets": [...]}`],
  ['no target', { targets: [] }, "'targets' is empty: add at least one target"],
  [
    'a newer version',
    { schema_version: 2, targets: [IMDS] },
    "'schema_version' is unknown: use 1, or update cred-watch",
  ],
  ['another member', { target: [], targets: [IMDS] }, "unknown member 'target': did you mean 'targets'?"],
])('a file with %s has one problem', (_, document, problem) => {
  expect(parse(document).problems).toEqual([problem]);
});

const NOT_TEXT = 'is not text: put the value in quotes';
const NOT_URL = 'is not an http or https URL without user, query and fragment';

test.each<[target: unknown, problem: string]>([
  ['i-0abc', 'target 1: the target is not an object: write {"host": "i-0abc", "source": "imds"}'],
  [[IMDS], 'target 1: the target is not an object: write {"host": "i-0abc", "source": "imds"}'],
  [{ source: 'imds' }, "target 1: 'host' is missing: give each target the name of its host"],
  [{ ...IMDS, host: 5 }, `target 1: 'host' ${NOT_TEXT}`],
  [{ ...IMDS, host: ' ' }, "target 1: 'host' is not a valid name: use 1 to 256 characters"],
  [{ ...IMDS, host: 'a\nb' }, "target 1: 'host' is not a valid name: remove control characters"],
  [{ ...IMDS, host: SECRET }, "target 1: 'host' has the form of a secret key: use another name"],
  [{ host: 'a' }, "target 1 (a): 'source' is missing: use imds or container"],
  [
    { host: 'a', source: 'process' },
    "target 1 (a): 'source' is unknown: use imds or container; other sources have no endpoint",
  ],
  [
    { host: 'a', source: { imds: 1 } },
    "target 1 (a): 'source' is unknown: use imds or container; other sources have no endpoint",
  ],
  [{ ...IMDS, url: 'localhost:80' }, `target 1 (i-0abc): 'url' ${NOT_URL}`],
  [{ ...IMDS, url: `http://user:${SECRET}@a` }, `target 1 (i-0abc): 'url' ${NOT_URL}`],
  [{ ...IMDS, url: 'http://a?b=c' }, `target 1 (i-0abc): 'url' ${NOT_URL}`],
  [{ ...IMDS, url: true }, `target 1 (i-0abc): 'url' ${NOT_TEXT}`],
  [
    { ...CONTAINER, url: undefined },
    "target 1 (orders): 'url' is missing: a container needs the URL of its credentials",
  ],
  [{ ...CONTAINER, url: '/v2/a' }, "target 1 (orders): 'url' is not an absolute http or https URL"],
  [
    { ...CONTAINER, url: 'http://10.0.0.1/a' },
    "target 1 (orders): 'url' is a plain http URL with a host that is neither loopback nor an AWS agent",
  ],
  [
    { ...CONTAINER, url: 'http://a:b@127.0.0.1/' },
    "target 1 (orders): 'url' contains a user name or a password",
  ],
  [{ ...IMDS, role: '../x' }, "target 1 (i-0abc): 'role' is not a role: use its name or its ARN"],
  [{ ...CONTAINER, role: 'a' }, "target 1 (orders): 'role' is only for the source imds: remove it"],
  [
    { ...IMDS, token_file: '/a' },
    "target 1 (i-0abc): 'token_file' is only for the source container: remove it",
  ],
  [{ ...CONTAINER, token_file: 'a' }, "target 1 (orders): 'token_file' is not an absolute path"],
  [
    { ...CONTAINER, token_env: SECRET },
    "target 1 (orders): 'token_env' is not the name of a variable: do not put the token itself here",
  ],
  [
    { ...CONTAINER, token_env: 'OTHER' },
    "target 1 (orders): 'token_env' names the variable OTHER, which is not set: set it",
  ],
  [
    { ...CONTAINER, token_env: 'BLANK' },
    "target 1 (orders): 'token_env' names the variable BLANK, which is not set: set it",
  ],
  [
    { ...CONTAINER, token_env: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12' },
    "target 1 (orders): 'token_env' names a variable that is not set: set it, and do not put the token itself here",
  ],
  [
    { ...CONTAINER, token_env: 'TOKEN', token_file: '/a' },
    "target 1 (orders): 'token_file' and 'token_env' cannot be combined: remove one",
  ],
  [
    { ...IMDS, interval: '5 minutes' },
    "target 1 (i-0abc): 'interval' is not a duration: use 90s, 15m, 1h30m, 5h, 7d or PT5H",
  ],
  [{ ...IMDS, interval: '0' }, "target 1 (i-0abc): 'interval' is too short: use at least 1s"],
  [{ ...IMDS, interval: 300 }, `target 1 (i-0abc): 'interval' ${NOT_TEXT}`],
  [{ ...IMDS, intervall: '5m' }, "target 1 (i-0abc): unknown member 'intervall': did you mean 'interval'?"],
  [
    { ...CONTAINER, authorization: SECRET },
    "target 1 (orders): unknown member 'authorization': secrets do not belong in this file; use 'token_file' or 'token_env'",
  ],
  [
    JSON.parse('{"host": "a", "source": "imds", "__proto__": {"url": "x"}}'),
    "target 1 (a): unknown member '__proto__': use host, source, url, role, token_file, token_env, interval",
  ],
])('a target that is %j has one problem, which does not quote the value', (target, problem) => {
  const problems = findProblems(target);
  expect(problems).toEqual([problem]);
  expect(problems.join()).not.toContain(SECRET);
});

test('a message does not quote a secret in the place of a name', () => {
  expect(findProblems({ ...IMDS, [SECRET]: 1 }).join()).not.toContain(SECRET);
});

test('all problems of all targets are reported', () => {
  expect(findProblems({ host: 'a' }, IMDS, { ...IMDS, host: 'b', url: 1, interval: 'x' }, 7)).toEqual([
    "target 1 (a): 'source' is missing: use imds or container",
    `target 3 (b): 'url' ${NOT_TEXT}`,
    "target 3 (b): 'interval' is not a duration: use 90s, 15m, 1h30m, 5h, 7d or PT5H",
    'target 4: the target is not an object: write {"host": "i-0abc", "source": "imds"}',
  ]);
});

describe('targets collide', () => {
  const collision = (position: number, first: number, source = 'imds', host = 'i-0abc') =>
    `target ${position} (${host}): target ${first} has the same host and source (${source}), so their samples would be mixed: use different hosts`;

  test.each<[name: string, targets: object[], problems: string[]]>([
    ['the same host and source', [IMDS, { ...IMDS, url: 'http://10.0.0.1' }], [collision(2, 1)]],
    [
      'the same host and role',
      [
        { ...IMDS, role: 'a' },
        { ...IMDS, role: 'a' },
      ],
      [collision(2, 1)],
    ],
    ['any role, then one role', [IMDS, { ...IMDS, role: 'a' }], [collision(2, 1)]],
    ['one role, then any role', [{ ...IMDS, role: 'a' }, IMDS], [collision(2, 1)]],
    ['three times the same host', [IMDS, IMDS, IMDS], [collision(2, 1), collision(3, 1)]],
    [
      'containers of one host',
      [CONTAINER, { ...CONTAINER, url: 'http://127.0.0.1/b' }],
      [collision(2, 1, 'container', 'orders')],
    ],
    [
      'different roles',
      [
        { ...IMDS, role: 'a' },
        { ...IMDS, role: 'b' },
      ],
      [],
    ],
    ['different sources', [IMDS, { ...CONTAINER, host: 'i-0abc' }], []],
    ['different hosts', [IMDS, { ...IMDS, host: 'I-0ABC' }], []],
  ])('targets collide by their identity: %s', (_, targets, problems) => {
    expect(findProblems(...targets)).toEqual(problems);
  });
});

describe('the interval', () => {
  const TOO_SHORT = 'is too short: use at least 10s; only loopback addresses may be polled more often';

  test.each<[target: object, defaultInterval: number | null, problems: string[]]>([
    [{ ...IMDS, interval: '9s' }, 60, [`target 1 (i-0abc): 'interval' ${TOO_SHORT}`]],
    [IMDS, 9, [`target 1 (i-0abc): --interval ${TOO_SHORT}`]],
    [{ ...IMDS, interval: '10s' }, 9, []],
    [{ ...IMDS, interval: '9s' }, null, []],
    [{ ...IMDS, url: 'http://127.0.0.1:1338' }, 1, []],
    [{ ...CONTAINER, interval: '1s' }, 60, []],
    [
      { ...CONTAINER, url: 'http://169.254.170.23/v1/credentials', interval: '1s' },
      60,
      [`target 1 (orders): 'interval' ${TOO_SHORT}`],
    ],
  ])('the interval of %j with --interval %s has the problems %j', (target, defaultInterval, problems) => {
    expect(parse({ targets: [target] }, defaultInterval).problems).toEqual(problems);
  });
});

test('a target gets neither the endpoint nor the token of the poller', () => {
  const own = {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/own',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'own token',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://own',
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: '2',
    ORDERS_TOKEN: 'token of orders',
  };
  const document = { targets: [IMDS, CONTAINER, { ...CONTAINER, host: 'b', token_env: 'ORDERS_TOKEN' }] };
  const { targets } = parseTargets(document, { env: own, defaultInterval: null });
  const environments = targets.map((target) => createTargetEnvironment(target, own));
  const set = environments.map((env) =>
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
  );
  expect(set).toEqual([
    { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '2' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: CONTAINER.url },
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: CONTAINER.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token of orders',
    },
  ]);
});

describe('docs/schemas/targets.schema.json', () => {
  test('the example in the documents is valid for the schema and for the program', () => {
    const text = readFileSync(repositoryPath('docs/targets.md'), 'utf8');
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
    expect(findViolations('targets', example)).toEqual([]);
    expect(parse(example).problems).toEqual([]);
    expect(parse(example, 300).targets).toHaveLength(3);
  });

  test.each<[valid: boolean, target: unknown]>([
    [true, IMDS],
    [true, CONTAINER],
    [true, { ...IMDS, url: null, interval: 'PT5M' }],
    [true, { ...IMDS, interval: '1h30m' }],
    [false, { ...IMDS, interval: '5 m' }],
    [false, { ...IMDS, interval: 300 }],
    [false, { ...IMDS, token_file: '/a' }],
    [false, { ...CONTAINER, url: null }],
    [false, { ...CONTAINER, token_env: 'a-b' }],
    [false, { ...CONTAINER, token_file: 'a' }],
    [false, { host: 'a', source: 'process' }],
    [false, { ...IMDS, host: '' }],
    [false, { ...IMDS, unknown: 1 }],
    [false, 'a'],
  ])('schema and program agree (%s) on %j', (isValid, target) => {
    const document = { targets: [target] };
    expect(findViolations('targets', document).length === 0).toBe(isValid);
    expect(parse(document).problems.length === 0).toBe(isValid);
  });
});
