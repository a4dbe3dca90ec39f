import { expect, test } from 'vitest';
import { findFailureReason, findStatusReason } from '../../../../src/store/import/lines/failures.ts';

test.each([
  [399, 'unexpected-status'],
  [400, 'bad-request'],
  [401, 'auth-rejected'],
  [402, 'bad-request'],
  [403, 'access-denied'],
  [404, 'not-found'],
  [405, 'bad-request'],
  [429, 'throttled'],
  [499, 'bad-request'],
  [500, 'server-error'],
  [503, 'server-error'],
])('the status %d has the reason %s', (status, reason) => {
  expect(findStatusReason(status)).toBe(reason);
});

test.each([
  ['curl: (28) x', 'timeout'],
  ['curl: (47) x', 'redirect'],
  ['curl: (63) x', 'response-too-large'],
  ['curl: (7) x', 'unreachable'],
  ['curl: (128) x', 'unreachable'],
  ['12:00 curl: (28) x', 'timeout'],
  ['curl: (22) The requested URL returned error: 404', 'not-found'],
  ['curl: (22) error 503 x', 'server-error'],
  ['curl: (22) code: 401', 'auth-rejected'],
  ['curl: (22) code 429.', 'throttled'],
  ['curl: (22) error: : 403', 'access-denied'],
  ['curl: (28) error: 4040', 'timeout'],
  ['curl: (28) error: 40', 'timeout'],
  ['curl: (28) error404', 'timeout'],
  ['curl: (28) xerror: 404', 'timeout'],
  ['curl: (28) errors: 404', 'timeout'],
  ['curl: (1234) x', null],
  ['curl: () x', null],
  ['curl: (x) x', null],
  ['xcurl: (28) x', null],
  ['curl (28) x', null],
  ['<title>404 - Not Found</title>', 'not-found'],
  ['<h1>503 x</h1>', 'server-error'],
  ['<title>403', 'access-denied'],
  ['<title>304 x', null],
  ['<title>4041 x', null],
  ['<title>40', null],
  ['<title>x 404', null],
  ['<h2>404', null],
  ['Invoke-RestMethod : x', 'unreachable'],
  ['Invoke-WebRequest: x', 'unreachable'],
  ['Invoke-WebRequest  : x', null],
  ['Invoke-Command : x', null],
  ['x Invoke-RestMethod : x', null],
  ['wget: x', 'unreachable'],
  ['wget: download timed out', 'timeout'],
  ['wget:x', null],
  ['x wget: x', null],
  ['requests.exceptions.ConnectionError: x', 'unreachable'],
  ['requests.exceptions.ReadTimeout: x', 'timeout'],
  ['requests.Error', 'unreachable'],
  ['urllib3.exceptions.MaxRetryError: x', 'unreachable'],
  ['urllib.error.URLError: x', 'unreachable'],
  ['urllib4.error.URLError: x', null],
  ['requests.exceptions.Errors', null],
  ['requests.exceptions-Error', null],
  ['requests.exceptions', null],
  ['x requests.exceptions.ReadTimeout', null],
  ['x Unable to connect to the remote server', 'unreachable'],
  ['x The operation has timed out', 'timeout'],
  ['x Connection refused', 'unreachable'],
  ['x Connection timed out', 'timeout'],
  ['x Connection reset', null],
  ['x No route to host', 'unreachable'],
  ['wget: Timeout', 'timeout'],
  ['wget: time out', 'unreachable'],
  ['a text', null],
  ['', null],
])('%j has the reason %j', (text, reason) => {
  expect(findFailureReason(text)).toBe(reason);
});

test('a title is searched in the first 1000 characters', () => {
  expect(findFailureReason(`${' '.repeat(990)}<title>404</title>`)).toBe('not-found');
  expect(findFailureReason(`${' '.repeat(991)}<title>404</title>`)).toBeNull();
});

test('a message has at most 1000 characters', () => {
  expect(findFailureReason('wget: '.padEnd(1000, 'x'))).toBe('unreachable');
  expect(findFailureReason('wget: '.padEnd(1001, 'x'))).toBeNull();
});
