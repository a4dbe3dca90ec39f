import { expect, test } from 'vitest';
import { createResponseError, parseErrorBody } from '../../../src/sources/http/error-response.ts';

const rejected = (status: number, body: string | null = null) =>
  createResponseError({ status, body, getHeader: () => null, receivedAt: 0, clockOffset: null });

test.each<[status: number, reason: string, retry: string]>([
  [199, 'unexpected-status', 'never'],
  [201, 'unexpected-status', 'never'],
  [299, 'unexpected-status', 'never'],
  [300, 'redirect', 'never'],
  [399, 'redirect', 'never'],
  [400, 'bad-request', 'never'],
  [401, 'auth-rejected', 'never'],
  [402, 'unexpected-status', 'never'],
  [403, 'auth-rejected', 'never'],
  [404, 'not-found', 'never'],
  [405, 'unexpected-status', 'never'],
  [428, 'unexpected-status', 'never'],
  [429, 'throttled', 'always'],
  [499, 'unexpected-status', 'never'],
  [500, 'server-error', 'always'],
  [599, 'server-error', 'always'],
  [600, 'unexpected-status', 'never'],
])('the status %d has the reason %s and the retry policy %s', (status, reason, retry) => {
  expect(rejected(status, 'why')).toMatchObject({
    reason,
    retry,
    status,
    detail: `HTTP ${status}`,
    quotation: 'why',
    isResponseMissing: false,
    isTimeout: false,
  });
});

test.each<[status: number, body: string, reason: string]>([
  [401, 'Access denied for host x', 'address-rejected'],
  [403, 'Access denied for HOST x', 'address-rejected'],
  [403, 'Called agent through Invalid Address', 'address-rejected'],
  [403, 'the address is invalid', 'auth-rejected'],
  [403, 'the hosting is denied', 'auth-rejected'],
  [403, 'ghost', 'auth-rejected'],
  [400, 'Access denied for host x', 'bad-request'],
  [404, 'Access denied for host x', 'not-found'],
  [500, 'Called agent through invalid address', 'server-error'],
])('the status %d with the text %j has the reason %s', (status, body, reason) => {
  expect(rejected(status, body).reason).toBe(reason);
});

test.each<[body: string | null, code: string | null, text: string | null]>([
  [null, null, null],
  ['', null, null],
  [' \n', null, null],
  [' why \n', null, 'why'],
  ['{}', null, null],
  ['{"Code":"A"}', 'A', 'A'],
  ['{"code":"A"}', 'A', 'A'],
  ['{"__type":"A"}', 'A', 'A'],
  ['{"__type":"B","Code":"A"}', 'A', 'A'],
  ['{"Message":"why"}', null, 'why'],
  ['{"Code":"A","Message":"why"}', 'A', 'A: why'],
  ['{"Code":"A","Error":{"Code":"B","Message":"inner"}}', 'A', 'A: inner'],
  ['{"Error":{"Code":"B"},"Message":"outer"}', 'B', 'B: outer'],
  ['{"Error":{"__type":"B","Message":"inner"}}', null, 'inner'],
  ['{"Errors":[{"Code":"A"},{"Code":"B"}]}', 'A', 'A'],
  ['{"Error":"why","Errors":["other"]}', null, 'why'],
  ['{"Errors":["why"]}', null, 'why'],
  ['{"Errors":[]}', null, null],
  ['{"Error":5}', null, null],
  ['{"Error":"{\\"SecretAccessKey\\":1}"}', null, null],
  ['{"Error":"secretAccessKey=1"}', null, null],
  ['{"Code":5,"Message":["why"]}', null, null],
  ['<html><TITLE>404 - Not Found</TITLE></html>', null, '404 - Not Found'],
  ['<title>why</title><title>other</title>', null, 'why'],
  ['<html><title></title>', null, null],
  ['<html>why</html>', null, null],
  ['why <title>other</title>', null, 'why <title>other</title>'],
  ['{"Code":"A"', null, null],
  ['"why"', null, null],
  ['"why', null, null],
  ['["why"]', null, null],
  ['[ {"Code":"A"', null, null],
  ['[["why"', null, null],
  ['[id]: why', null, '[id]: why'],
  ['why: {"Code":"A"}', null, 'why: {"Code":"A"}'],
  ['SecretAccessKey: a', null, null],
  ['aws_secret_access_key = a', null, null],
  ['secret_access_key a', null, null],
  ['x "SessionToken": "a"', null, null],
  ['x "token"', null, null],
  ['the token is expired', null, 'the token is expired'],
])('the body %j has the code %j and the text %j', (body, code, text) => {
  expect(parseErrorBody(body)).toEqual({ code, text });
});
