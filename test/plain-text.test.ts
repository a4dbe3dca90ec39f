import { expect, test } from 'vitest';
import { countKeyCharacters, isPlain } from '../src/plain-text.ts';

test.each([
  // Shorter than a useful piece of a secret.
  ['Zq8TmB4', true],
  ['Zq8TmB4x', false],
  ['"Zq8TmB4",', true],
  ['([{<"\'`.Zq8TmB4.\'"`>}]),;:!?', true],
  ['-Zq8TmB4', false],
  ["Couldn't", true],
  ["instance's", true],
  ["Couldn'tX", false],
  // Identifiers and times.
  ['c2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6e', true],
  ['id:c2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6e', true],
  ['C2F5A3DE-7C8B-4E2A-8F7E-1F2A3B4C5D6E', true],
  ['/c2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6e', false],
  ['ac2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6e', false],
  ['c2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6ef', false],
  ['i-0a1b2c3d', true],
  ['i-0123456789abcdef0', true],
  ['i-0a1b2c3', false],
  ['i-0123456789abcdef01', false],
  ...['i', 'mi', 'eni', 'vpc', 'vpce', 'subnet', 'sg', 'ami', 'vol'].map((kind): [string, boolean] => [
    `${kind}-0a1b2c3d`,
    true,
  ]),
  ['x-0a1b2c3d', false],
  ['2026-11-22T06:23:11Z', true],
  ['2026-11-22_06:23:11', true],
  ['2026-11-22T0623', true],
  ['2026-11-22T062311', true],
  ['2026-11-22T06:23:11.123456789Z', true],
  ['2026-11-22T06:23:11,5UTC', true],
  ['2026-11-22T06:23:11+02:00', true],
  ['2026-11-22T06:23:11-0500', true],
  // ARNs.
  ['arn:aws:sts::123456789012:assumed-role/app-Role-1ABC2DEFGH3I', true],
  ['arn:aws:sts::123456789012:assumed-role/app-Role-1ABC2DEFGH3IJ', true],
  ['arn:aws:sts::123456789012:assumed-role/app-Role-1ABC2DEFGH3', false],
  ['arn:aws:sts::123456789012:assumed-role/app-Role-1ABC2DEFGH3IJK', false],
  ['arn:aws-us-gov:iam::123456789012:role/app', true],
  ['app-Role-1ABC2DEFGH3I', false],
  // Characters in places where keys have them.
  ['correct+horse', false],
  ['2026+0200', true],
  ["service's", true],
  ["service'sx", false],
  ['service"other', false],
  ['service`other', false],
  ['service==other', false],
  ['service//other', false],
  ['http://service', true],
  ['http:///service', true],
  ['http//:service', false],
  ['http://service//other', false],
] as const)('whether %j is ordinary text: %s', (text, expected) => {
  expect(isPlain(text)).toBe(expected);
});

test.each([
  ...['1', '1234567890123', '5h', '5k', '5m', '5s', '5x', '1234567ms', '1st', '2nd', '3rd', '4th'],
  ...['5KB', '5MB', '5GB', '5KiB', '06Z', 'x1', 'abcdef12', 'abc2ab', 'abcdef2abcd', 'A1', 'ABCDEF12'],
  ...['ffff', 'word', 'Word', 'WORD', 'camelCase', 'HTTPErrorCode', 'http', 'https', 'html'],
  ...['imds', 'IMDSv2', 'nginx', 'sdks', 'ungültig', '証明書', 'InvalidIdInRequest'],
])('the part %s of a word is ordinary', (part) => {
  expect(isPlain(`service-${part}-name`)).toBe(true);
});

test.each([
  ...[
    '12345678901234',
    '12345678ms',
    '5B',
    '1ffff',
    '5q',
    '5KiBx',
    '006Z',
    'abcdefg1',
    'x123',
    'abc2a',
    'ab2abc',
    'abc3abc',
  ],
  ...['ABCDEFG1', 'A123', 'xkcdqv', 'bcdfg', 'aeiou', 'wOrD', 'XYaB', 'Zx9', 'httpx'],
])('the part %s of a word is not ordinary', (part) => {
  expect(isPlain(`service-${part}-name`)).toBe(false);
});

test.each([
  ...['API', 'ARN', 'AWS', 'CPU', 'DB', 'DNS', 'EC2', 'ECS', 'EKS', 'HTTP', 'HTTPS', 'IAM', 'ID', 'IMDS'],
  ...[
    'IO',
    'IP',
    'JSON',
    'JWT',
    'KMS',
    'MFA',
    'OIDC',
    'OK',
    'SAML',
    'SDK',
    'SQL',
    'SSL',
    'SSO',
    'STS',
    'TCP',
    'TLS',
  ],
  ...[
    'TTL',
    'UDP',
    'URI',
    'URL',
    'UUID',
    'V4',
    'XML',
    'An',
    'As',
    'At',
    'By',
    'Id',
    'In',
    'If',
    'Is',
    'Ip',
    'No',
  ],
  ...['Of', 'On', 'Or', 'To', 'Up'],
])('the words in Service%sError are ordinary', (word) => {
  expect(isPlain(`Service${word}Error`)).toBe(true);
  expect(isPlain(`service${word}Error`)).toBe(true);
});

test.each(['QX', 'Zq', 'Ax', 'Ux', 'ABD', 'EC3'])('the words in Service%sError are not ordinary', (word) => {
  expect(isPlain(`Service${word}Error`)).toBe(false);
});

test.each([
  'connection',
  'expired',
  'unauthorized',
  'quickly',
  'zoneless',
  'javascript',
  'exchange',
  'hyphen',

  'jumped',
  'kubernetes',
  'container',
  'metadata',
  'endpoint',
  'validation',

  'bucket',
  'yesterday',
  'fluffy',
  'voyage',
])('the word %s is ordinary', (word) => {
  expect(isPlain(word.padEnd(8, '.a'))).toBe(true);
  expect(isPlain(`${word}-${word}`)).toBe(true);
});

// Each pair of letters does not occur in words.
test.each([
  'bk',
  'cb',
  'dc',
  'fb',
  'gc',
  'hd',
  'jb',
  'kc',
  'md',
  'pc',
  'qa',
  'sb',
  'tk',
  'vb',
  'wb',
  'xb',
  'yf',
  'zb',
])('a word with the letters %s is not ordinary', (pair) => {
  expect(isPlain(`service-la${pair}elo`)).toBe(false);
});

test.each([
  ['antchsthem', false],
  ['queueing', false],
  ['laaaabel', false],
  ['laaabels', false],
  ['an'.repeat(9), true],
  [`${'an'.repeat(9)}a`, false],
  ['AN'.repeat(8), true],
  [`${'AN'.repeat(8)}A`, false],
])('whether the long or unusual word %s is ordinary: %s', (word, expected) => {
  expect(isPlain(word)).toBe(expected);
});

test.each([
  ['node-v22.11.0-linux-x64', 0],
  ['cred-watch-test-Zq8TmB', 6],
  ['xqzk9vw2', 8],
  ['Zq8TmB4xWv7RkL2-ab_c', 18],
])('%s has %d characters that can belong to a key', (name, count) => {
  expect(countKeyCharacters(name)).toBe(count);
});
