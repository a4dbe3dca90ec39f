import { expect, test } from 'vitest';
import { findNoise } from '../../../../src/store/import/lines/noise.ts';

/** Texts that have the reason, and texts that nearly have the form. */
const TEXTS: readonly [reason: string, texts: readonly string[], others: readonly string[]][] = [
  [
    'progress of curl',
    [
      '  % Total    % Received',
      '% Total',
      '     Dload  Upload   Total',
      'Dload Upload',
      '  0     0    0     0      0 --:--:-- --:--:-- --:--:--     0',
      '100  1316 950k      0 --:--:-- 1285k',
      '100 13 0:00:01 1.5M ',
      '1 x 0:00:01 2G',
      '######## 100.0%',
      '#=#=-O 5%',
      '100%',
    ],
    [
      '% Totals',
      'x % Total',
      'DloadUpload',
      'Dload Uploads',
      'Dload',
      '100 --:--:--',
      'x 100 --:--:-- 1',
      '100 --:--:--1',
      '100 1316 --:--:-- 1T',
      '100 1316 --:--:-- x',
      '100 1316 --:--:-- 1kM',
      '100 1316 --:--:-- 1 x',
      '100 1316 00:1:01 1',
      '100 1316 00:01:x1 1',
      '100 1316 0:00:0x 1',
      '# x 100%',
      '100% x',
      '#%',
    ],
  ],
  [
    'verbose output of curl',
    ['* Trying', '*', '< Server: EC2ws', '<', '> GET /', '>', '{ [278 bytes data]', '} [1 bytes data] x'],
    [
      'x * Trying',
      'x> GET',
      '| x',
      '{ [x bytes data]',
      '{ [] bytes data]',
      '( [1 bytes data]',
      'x{ [1 bytes data]',
    ],
  ],
  [
    'error of curl without a timestamp',
    ['curl: (7) x', 'curl: (28)'],
    ['x curl: (7)', 'curl: (x)', 'curl: 7'],
  ],
  ['HTML or XML', ['<html>', '  <p>', '<?xml', '<!DOCTYPE', '</p>', '<Z'], ['x <p>', '<1>', '<é']],
  [
    'HTTP header',
    [
      'HTTP/1.1 200 OK',
      'HTTP/2 200',
      ...'Server Connection Accept-Ranges Last-Modified ETag Keep-Alive Transfer-Encoding Vary Cache-Control Age Via'
        .split(' ')
        .map((name) => `${name}: x`),
      'Content-Security-Policy: x',
      'X-a: x',
      'server: x',
    ],
    ['HTTP/x', 'x HTTP/1.1', 'Server:x', 'Servers: x', 'x Server: x', 'Content-: x', 'Content-é: x', 'X-: x'],
  ],
  [
    'mail header',
    [
      'From root@host',
      ...[
        ...['From', 'To', 'Cc', 'Subject', 'Message-ID', 'Message-Id', 'Received', 'Return-Path'],
        ...['Delivered-To', 'MIME-Version', 'Mime-Version', 'Auto-Submitted', 'Precedence', 'Status'],
        ...['User-Agent', 'Envelope-To', 'Date'],
      ].flatMap((name) => [`${name}: x`, `${name}:x`]),
      'Content-Type:x',
      'X-Cron-Env:x',
      '  by host',
      '\tfor <a>',
      ' id 1',
      ' from a',
      ' with ESMTP',
    ],
    [
      'Fromx',
      'x To: x',
      'Tox: x',
      'Message-Ix: x',
      'Content-:x',
      'X-:x',
      'Envelope-:x',
      'Content-é:x',
      'by host',
      ' byhost',
      ' via host',
    ],
  ],
  ['file name of tail', ['==> /var/log/a.log <==', '==>  <=='], ['==> a', 'x ==> a <==', '==> a <== x']],
  [
    'error of jq',
    ['jq: error', 'parse error: x', 'jq: parse error: x'],
    ['jq:x', 'x jq: x', 'parse error:x', 'x parse error: x'],
  ],
  [
    'comment',
    ['# x', '  # x', '// x', '; x', 'REM x', 'rem x', '-- x', 'REM'],
    ['x # y', '/ x', 'REMx', 'remx', '-x', 'Rem x'],
  ],
  ['trace of a shell', ['+ date', '++ date'], ['+date', 'x + date']],
  [
    'date without a time of day',
    ['2026-11-21', '=== 2026-11-21 ===', '[2026/11/21]', 'date: 21.11.2026', '11/21/2026'],
    ['2026-11-21 x', '2026-11', '2026-11/21', 'x 2026-11-21', '2026-11-211'],
  ],
  [
    'time of day without a date',
    ['10:00:00', '[9:00:00]', 'time=10:00:00'],
    ['10:00:00 x', '10:00', '10:00:00:00', 'x 10:00:00'],
  ],
  [
    'brackets and separators',
    ['', ' ', '}', '{', '[', ']', '()', '},', '>;', '=====', '*_.', '~', '\'"`', ' },\t'],
    ['} x', 'x }', '!', '|'],
  ],
];

test.each(TEXTS.flatMap(([reason, texts]) => texts.map((text) => [text, reason] as const)))(
  '%j is skipped as %s',
  (text, reason) => {
    expect(findNoise(text)).toBe(reason);
  },
);

test.each(TEXTS.flatMap(([reason, , others]) => others.map((text) => [text, reason] as const)))(
  '%j is not skipped as %s',
  (text, reason) => {
    expect(findNoise(text)).not.toBe(reason);
  },
);

test.each(['a text', 'Expiration', '2026-11-20T00:00:01Z', 'é'])('%j is not skipped', (text) => {
  expect(findNoise(text)).toBeNull();
});
