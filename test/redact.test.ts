import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTextRedactor, redactText } from '../src/redact.ts';
import { isThorough } from './support/thorough.ts';

const KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzq3HT0aUv9';
const TOKEN = `IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJHMEUCIQC${'9dK3hPq+Zt7Xw/Vb2Lm'.repeat(12)}==`;
const AUTHORIZATION = 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDB9.Zk3_pQ9-hT2vXw8LmNc4Rb';
const PATH_ID = '5f0c7a52-1b1e-4c0e-9b7e-3d2a1c9f8e7b';

const DOCUMENT = {
  Code: 'Success',
  AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  SecretAccessKey: KEY,
  Token: TOKEN,
  Expiration: '2026-11-22T06:23:11Z',
};

/** The pieces of the secret with 8 characters that the text contains. */
const findPieces = (text: string, secret: string): string[] =>
  Array.from({ length: Math.max(0, secret.length - 7) }, (_, start) => secret.slice(start, start + 8)).filter(
    (piece) => text.toLowerCase().includes(piece.toLowerCase()),
  );

function expectNoPiece(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) expect(findPieces(text, secret), text).toEqual([]);
}

const escapeHtml = (text: string) =>
  text.replace(/[&<>"'/+=]/g, (character) => `&#${character.charCodeAt(0)};`);
const lowerPercent = (text: string) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase());
const escapeJson = (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/');
const escapeUnicode = (text: string) =>
  text.replace(/\W/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const ENCODINGS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  percent: encodeURIComponent,
  'lower-case percent': lowerPercent,
  'double percent': (text) => encodeURIComponent(encodeURIComponent(text)),
  JSON: escapeJson,
  'JSON in JSON': (text) => escapeJson(escapeJson(text)),
  'unicode escapes': escapeUnicode,
  HTML: escapeHtml,
  'HTML in JSON': (text) => escapeJson(escapeHtml(text)),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'line wraps': (text) => text.replace(/.{20}/g, '$&\n'),
  'line wraps with indent': (text) => text.replace(/.{16}/g, '$&\r\n    '),
  'line wraps with backslash': (text) => text.replace(/.{24}/g, '$&\\\n'),
  'zero-width characters': (text) => text.split('').join('\u200b'),
};

/** Texts that contain a document, as seen in responses of proxies, agents and programs. */
const documentAs: Record<string, (document: object) => string> = {
  JSON: (document) => JSON.stringify(document),
  'pretty JSON': (document) => JSON.stringify(document, null, 2),
  YAML: (document) => list(document, ': '),
  assignments: (document) => list(document, '='),
  'assignments with spaces': (document) => list(document, ' = '),
  exports: (document) => list(document, '="', '"', 'export '),
  XML: (document) =>
    Object.entries(document)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join(''),
  'HTML attributes': (document) => list(document, '" value="', '">', '<input name="'),
  table: (document) => list(document, '\t'),
  'a query': (document) => new URLSearchParams(Object.entries(document)).toString(),
  headers: (document) => list(document, ': ', '', 'X-Amz-'),
  'a Python dict': (document) => JSON.stringify(document).replaceAll('"', "'"),
  'a Go struct': (document) => `{${list(document, ':').replaceAll('\n', ' ')}}`,
  'values only': (document) => Object.values(document).join(' '),
  CSV: (document) => `${Object.keys(document).join(',')}\n${Object.values(document).join(',')}`,
};

const list = (document: object, separator: string, end = '', start = '') =>
  Object.entries(document)
    .map(([name, value]) => `${start}${name}${separator}${value}${end}`)
    .join('\n');

describe.each(Object.entries(documentAs))('a message that quotes a document as %s', (_, write) => {
  test.each(Object.entries(ENCODINGS))(
    'a message that quotes a document shows no piece of a secret in the encoding "%s"',
    (_, encode) => {
      const text = encode(write(DOCUMENT));
      expectNoPiece(redactText(`upstream failed: ${text}`), [KEY, TOKEN, DOCUMENT.AccessKeyId]);
      expectNoPiece(redactText(text), [KEY, TOKEN, DOCUMENT.AccessKeyId]);
    },
  );
});

/** Values that look like words, so that only the name shows that they are secrets. */
const WORDS = 'correct-horse-battery staple';

test.each([
  'AWS_SECRET_ACCESS_KEY',
  'aws_secret_access_key',
  'SecretAccessKey',
  'secretAccessKey',
  'secretaccesskey',
  'AWS_SESSION_TOKEN',
  'SessionToken',
  'session_token',
  'AWS_SECURITY_TOKEN',
  'X-Amz-Security-Token',
  'x-aws-ec2-metadata-token',
  'Authorization',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'password',
  'DB_PASSWORD',
  'client_secret',
  'accessToken',
  'refresh-token',
  'apiKey',
  'Cookie',
  'Set-Cookie',
  'AccessKeyId',
])('the value next to %s is removed with every separator', (name) => {
  for (const text of [
    `${name}=${WORDS}`,
    `${name}: ${WORDS}`,
    `${name}:\n  ${WORDS}`,
    `${name} = "${WORDS}"`,
    `"${name}": "${WORDS}"`,
    `"${name}":"${WORDS}"`,
    `\\"${name}\\": \\"${WORDS}\\"`,
    `'${name}' => '${WORDS}'`,
    `"${name}" "${WORDS}"`,
    `<${name}>${WORDS}</${name}>`,
    `&lt;${name}&gt;${WORDS}`,
    `${name}%3D${WORDS}`,
    `${name}%22%3A%20%22${WORDS}`,
    `set -gx ${name} '${WORDS}'`,
    `--${name} ${WORDS}`,
    `${name} | ${WORDS}`,
  ]) {
    const redacted = redactText(`failed near ${text}`);
    expect(redacted, text).toMatch(/^failed near .*\[redacted\]$/);
    expect(redacted, text).not.toMatch(/horse|battery|staple/);
  }
});

test.each([
  'HTTP 401: Access denied for host localhost:9099',
  'Access Denied. Called agent through invalid address, please use either [169.254.170.23] address',
  'Service account token failed basic claim validations: token is not valid yet',
  'Service account token cannot be empty',
  'ExpiredToken: The security token included in the request is expired',
  'InvalidClientTokenId: The security token included in the request is invalid',
  'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role web-role.',
  'CredentialsUninitialized: credentials are not ready',
  'InvalidIdInRequest: Credentials not found',
  'user arn:aws:sts::123456789012:assumed-role/app-InstanceRole-1ABC2DEFGH3I/i-0123456789abcdef0 is not authorized to perform: sts:AssumeRole',
  'RequestID: c2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6e, api error AccessDeniedException: not for you',
  '[c2f5a3de-7c8b-4e2a-8f7e-1f2a3b4c5d6e]: (ExpiredTokenException): no',
  'dial tcp 169.254.170.2:80: connect: connection refused',
  'could not connect to http://169.254.169.254/latest/meta-data/',
  'lookup sts.eu-west-1.amazonaws.com on [fd00:ec2::253]:53: no such host',
  'SQLITE_IOERR_WRITE: disk I/O error in /var/lib/cred-watch/samples.db',
  'ECONNREFUSED, ERR_TLS_CERT_ALTNAME_INVALID',
  'expired at 2026-11-22T06:23:11.123Z, 5h 30m ago, 1700000000',
  'no role for 10.0.0.7 in ip-10-0-0-7.eu-west-1.compute.internal',
  'pod with specified IP not found',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ENOENT',
  'missing: AccessKeyId, SecretAccessKey, Token',
  'das Zertifikat ist ungültig',
  '証明書が無効です',
])('the ordinary message %j is kept', (text) => {
  expect(redactText(text)).toBe(text);
});

test.each([
  ['http://user:hunter22@10.0.0.7/latest/x?X-Amz-Signature=abc', 'http://10.0.0.7/latest/x?[redacted]'],
  [
    'at http://169.254.170.2/v2/credentials/5f0c7a52-1b1e-4c0e-9b7e-3d2a1c9f8e7b',
    'at http://169.254.170.2/[redacted]',
  ],
])('the URL %s is shown without its secret parts', (text, expected) => {
  expect(redactText(text)).toBe(expected);
});

test('a text becomes one line of 200 printable characters', () => {
  expect(redactText('\u001b[31m a\r\n\tb\u202e\u0000 c ')).toBe('[31m a b c');
  expect(redactText('why '.repeat(500))).toHaveLength(200);
  expect(redactText(`${'a '.repeat(99)}a\u{1f600}`)).toBe(`${'a '.repeat(99)}a`);
});

test('a known secret is removed although it looks like words', () => {
  expect(redactText('bad value correct-horse-battery', ['correct-horse-battery'])).toBe(
    'bad value [redacted]',
  );
  expect(redactText('bad value Horse Battery', ['correct-horse-battery'])).toBe('bad value [redacted]');
});

describe('external ids', () => {
  const redact = (text: string, externalId: string) => redactText(text, [], [externalId]);
  const CONSTRAINT = 'failed to satisfy constraint: Member must have length greater than or equal to 2';

  test.each([
    ['1', "1 validation error detected: Value '1'", '1 validation error detected: Value'],
    ['ab', "Value 'ab'", 'Value'],
    ['a.b', 'Value "A.B"', 'Value'],
    ['acme', "Value 'acme'", 'Value'],
    ['acme-7', 'value acme-7', 'value'],
    ['acme', 'value &quot;%61cme&quot;', 'value'],
    ['acme+1', `value ${Buffer.from('acme+1').toString('base64')}`, 'value'],
    ['acme', `value ${Buffer.from('acme').toString('hex')}`, 'value'],
    ['partners', "Value 'partners'", 'Value'],
  ])('the external id %s is removed from an error that quotes it', (externalId, quoted, before) => {
    const text = `${quoted} at 'externalId' ${CONSTRAINT}`;
    expect(redact(text, externalId)).toBe(`${before} [redacted] at 'externalId' ${CONSTRAINT}`);
  });

  const DENIED =
    'User: arn:aws:iam::111122223333:user/acme is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/acme-loader';

  test.each(['1', 'is', 'to', '.*', 'acme', 'loader', '(', '\\'])(
    'an error that does not quote the external id %s keeps all of its words',
    (externalId) => {
      expect(redact(DENIED, externalId)).toBe(redactText(DENIED));
      expect(redactText(DENIED)).toContain('is not authorized to perform: sts:AssumeRole on resource:');
    },
  );
});

const truncated = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(text.length))
    .map(([a, b]) => text.slice(Math.min(a, b), Math.max(a, b)));
const encoding = fc.constantFrom(...Object.values(ENCODINGS));
const filler = fc.constantFrom(
  '',
  'bad request ',
  'no: ',
  'token ',
  '{"message":"',
  'at /v2/',
  'x='.repeat(3),
  '\n',
);

test.each(['acme1', 'a.b', 'x+=,@:/', 'a\\b', 'Zq', '$1'])(
  'the short secret %s is removed where it is a word',
  (secret) => {
    const quoted = `User is not authorized with the external id ${secret}: ExternalId=${secret}&Action=${encodeURIComponent(secret)}`;
    expect(redactText(quoted, [secret])).not.toContain(secret);
  },
);

test('a short secret inside a word is not removed', () => {
  expect(redactText('the role is not authorized', ['au'])).toBe('the role is not authorized');
});

test('no piece of a sent secret survives in any encoding and truncation', () => {
  const secrets = [AUTHORIZATION, PATH_ID, TOKEN.slice(0, 120), 'correct-horse-battery-staple'];
  fc.assert(
    fc.property(
      fc.constantFrom(...secrets).chain((secret) => fc.tuple(fc.constant(secret), truncated(secret))),
      fc.array(encoding, { maxLength: 2 }),
      filler,
      filler,
      ([secret, piece], encodings, before, after) => {
        const text = `${before}${encodings.reduce((inner, encode) => encode(inner), piece)}${after}`;
        expectNoPiece(redactText(text, secrets), [secret]);
      },
    ),
    { numRuns: isThorough ? 1500 : 50 },
  );
});

test('no piece of a quoted document survives at any position', () => {
  const base64 = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
  const random = (length: number) => fc.string({ unit: base64, minLength: length, maxLength: length });
  fc.assert(
    fc.property(
      random(40),
      random(300),
      fc.constantFrom(...Object.values(documentAs)),
      encoding,
      filler,
      fc.nat(300),
      fc.nat(600),
      (key, token, write, encode, before, skipped, length) => {
        const document = { ...DOCUMENT, SecretAccessKey: key, Token: token };
        const written = write(document);
        // A cut through the key itself is tested below.
        const start = Math.min(skipped, written.indexOf(key));
        expectNoPiece(redactText(before + encode(written.slice(start, start + length))), [key, token]);
      },
    ),
    { numRuns: isThorough ? 1500 : 50 },
  );
});

/** Parts that can form new escapes. */
const ESCAPES = [
  '%',
  '25',
  '\\',
  'u0041',
  '&',
  'amp;',
  '#x26;',
  'quot;',
  '\u200b',
  '\ud800',
  '[redacted]',
  '=',
  '"',
  ' ',
  '\n',
];

test.each([
  'no token: HTTP 403',
  'no token: no complete response within 2000 ms',
  'no token: the connection broke before the response (ECONNRESET)',
  'the token request got no response, and IMDS rejects requests without a token: 401',
])('our own text %j stays as it is', (text) => {
  expect(redactText(text)).toBe(text);
});

test('a text that was redacted stays as it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...ESCAPES), { maxLength: 8 }).map((parts) => parts.join('')),
        fc.constantFrom(...Object.values(documentAs)).map((write) => write(DOCUMENT)),
      ),
      (text) => {
        const redacted = redactText(text);
        expect(redactText(redacted)).toBe(redacted);
        expect(redacted).toMatch(/^\P{C}{0,200}$/u);
      },
    ),
  );
});

const nest = (encode: (text: string) => string, levels: number) => (text: string) =>
  Array.from({ length: levels }).reduce<string>((inner) => encode(inner), text);

test.each([
  ['a%20b', 'a b'],
  ['a%c3%a9b', 'a\u00e9b'],
  ['a\\u0041b', 'aAb'],
  ['a\\u{00041}b', 'aAb'],
  ['a\\u0041beef1', 'aAbeef1'],
  ['a\\U00000041b', 'aAb'],
  ['a\\U0041b', 'aAb'],
  ['a\\u{1F600}b', 'a\u{1f600}b'],
  ['a\\ud83d\\ude00b', 'a\u{1f600}b'],
  ['a\\x41b', 'aAb'],
  ['a\\101b', 'aAb'],
  ['a\\nb\\rc', 'a b c'],
  ['a\\tb\\bc\\fd', 'a b c d'],
  ['a\\.b', 'a.b'],
  ['a&#65;b', 'aAb'],
  ['a&#65b', 'aAb'],
  ['a&#x41;b', 'aAb'],
  ['a&#x110000;b', 'ab'],
  ['a &apos; &amp; &lt; &gt;&nbsp;b', "a ' & < > b"],
  ['a &AMP; b', 'a & b'],
  ['a &none; b', 'a &none; b'],
])('the escapes in %j are decoded as %j', (text, expected) => {
  expect(redactText(text)).toBe(expected);
});

test('a text is redacted as a whole if its escapes are nested more than five times', () => {
  const percent = nest((text) => text.replaceAll('%', '%25'), 4);
  expect(redactText(percent('a%20b'))).toBe('a b');
  expect(redactText(nest((text) => text.replaceAll('%', '%25'), 5)('a%20b'))).toBe('[redacted]');
});

test('only the first 2048 characters of a text are read', () => {
  const blank = (count: number) => ' '.repeat(count);
  expect(redactText(`why${blank(2044)}not`)).toBe('why n');
  expect(redactText(`why${blank(2045)}not`)).toBe('why');
});

test.each([
  ['a token', 'a token'],
  ['token: correct-horse', 'token: [redacted]'],
  ['token: not valid', 'token: not valid'],
  ['token = not', 'token = [redacted]'],
  ['token > not', 'token > [redacted]'],
  ['token: "not valid"', 'token: "not valid"'],
  ['token "not valid"', 'token "not valid"'],
  ['SessionToken: not valid', 'SessionToken: [redacted]'],
  ['SessionToken not valid', 'SessionToken not valid'],
  ['SessionToken Not', 'SessionToken [redacted]'],
  ['SessionToken, other', 'SessionToken, other'],
  ['SessionToken; other', 'SessionToken; other'],
  ['(SessionToken) other', '(SessionToken) other'],
  ['SessionToken:', 'SessionToken:'],
  ['SessionToken: ...', 'SessionToken: ...'],
  ['two-credentials: not valid', 'two-credentials: not valid'],
  ['my-key: not valid', 'my-key: [redacted]'],
  ['monkey: not valid', 'monkey: not valid'],
  ['ExpiredToken: not valid', 'ExpiredToken: not valid'],
  ['a\nmy-key: b c\nd', 'a my-key: [redacted]'],
])('of the text %j, %j is shown', (text, expected) => {
  expect(redactText(text)).toBe(expected);
});

test.each(
  'bad duplicate expired incomplete invalid malformed missing no revoked unexpected unknown unrecognized unsupported'.split(
    ' ',
  ),
)('the error code %sSessionToken is not the name of a secret', (word) => {
  const text = `${word.charAt(0).toUpperCase()}${word.slice(1)}SessionToken: correct horse`;
  expect(redactText(text)).toBe(text);
});

test.each(
  (
    'secret secrets password passwords passwd pwd passphrase passcode authorization cookie cookies signature ' +
    'secretstring accesskey apikey authtoken authenticationtoken authorizationtoken bearertoken clienttoken ' +
    'csrftoken idtoken identitytoken metadatatoken privatekey refreshtoken secretkey securitytoken sessiontokens ' +
    'signingkey usertoken accesskeyid'
  ).split(' '),
)('%s is always the name of a secret', (name) => {
  expect(redactText(`x ${name}: correct horse`)).toMatch(/^x .*\[redacted\]$/);
  expect(redactText(`x "${name}" "correct horse"`)).toMatch(/^x .*\[redacted\]$/);
  expect(redactText(`x ${name} "correct horse"`)).toMatch(/^x .*\[redacted\]$/);
  expect(redactText(`x "${name}" is wrong`)).toMatch(/ is wrong$/);
});

test.each('token tokens key keys keyid credential credentials auth bearer session pass jwt otp'.split(' '))(
  '%s is the name of a secret if a value follows',
  (name) => {
    expect(redactText(`x ${name}=correct`)).toBe(`x ${name}= [redacted]`);
    expect(redactText(`x ${name} correct`)).toBe(`x ${name} correct`);
  },
);

test('redacted words next to each other are shown once', () => {
  expect(redactText(`no ${KEY} ${KEY}, ${KEY} why ${KEY}`)).toBe('no [redacted] why [redacted]');
});

test('a word that continues a key in the next line is removed, unless a sentence continues', () => {
  expect(redactText(`${KEY}\nabc1 why`)).toBe('[redacted] why');
  expect(redactText(`abc1\n${KEY}`)).toBe('[redacted]');
  expect(redactText(`${KEY}\nwhy not`)).toBe('[redacted] why not');
  expect(redactText(`${KEY} abc1`)).toBe('[redacted] abc1');
});

test('a text redactor redacts an equal text once, and at most 1000 texts are kept', () => {
  const redacted: string[] = [];
  const redact = createTextRedactor((text) => {
    redacted.push(text);
    return `${text}!`;
  });
  expect(['a', 'b', 'a'].map(redact)).toEqual(['a!', 'b!', 'a!']);
  expect(redacted).toEqual(['a', 'b']);
  for (let count = 0; count < 1000; count += 1) redact(String(count));
  expect(redact('a')).toBe('a!');
  expect(redacted.filter((text) => text === 'a')).toEqual(['a', 'a']);
});
