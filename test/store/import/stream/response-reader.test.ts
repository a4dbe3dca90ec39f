import { describe, expect, test } from 'vitest';
import { Assembler } from '../../../../src/store/import/stream/assembler.ts';
import { ResponseReader } from '../../../../src/store/import/stream/response-reader.ts';

const DATE = 'Fri, 20 Nov 2026 00:00:01 GMT';

/** Reads lines of headers, and a sample at the end. */
function read(...lines: readonly string[]) {
  const assembler = new Assembler({
    identity: { host: 'h', source: 'imds', apiVersion: '', role: '' },
    convert: (at) => [at],
    isZoneGiven: false,
    fileTime: null,
  });
  const reader = new ResponseReader(assembler);
  const results = lines.map((line, index) => reader.readLine(line, index + 1));
  reader.finish(lines.length + 1);
  assembler.finish();
  const skipped = assembler.skipped.list().map(({ reason, firstLine }) => `${firstLine} ${reason}`);
  const failures = assembler
    .takeRecords()
    .map((record) => record.record === 'failed_poll' && [record.poll.reason, record.poll.observedAt]);
  return { results, skipped, failures, timestamps: assembler.counter.timestamps };
}

const AT = Date.UTC(2026, 10, 20, 0, 0, 1);

describe('the headers of a response', () => {
  test.each(['HTTP/1.1 404 Not Found', 'HTTP/2 404 ', '< HTTP/1.1 404 Not Found', '  HTTP/1.0 404'])(
    'the headers of a response begin with %j',
    (line) => {
      expect(read(line, 'Server: x', `Date: ${DATE}`, '')).toEqual({
        results: [true, true, true, false],
        skipped: [],
        failures: [['not-found', AT]],
        timestamps: 1,
      });
    },
  );

  test.each(['HTTP/1.1 40', 'HTTP/x 404', 'x HTTP/1.1 404', '<  HTTP/1.1 404', 'HTTP/1.1: 404', 'HTTP 404'])(
    'the headers of a response do not begin with %j',
    (line) => {
      expect(read(line, 'Server: x').results).toEqual([false, false]);
    },
  );

  test.each([
    [399, []],
    [400, ['1 failed poll without a timestamp']],
    [503, ['1 failed poll without a timestamp']],
  ])('the headers of a response with the status %d have the failures %j', (status, expected) => {
    const { skipped, failures } = read(`HTTP/1.1 ${status} x`);
    expect([skipped.map((each) => each.replace('2 ', '1 ')), failures]).toEqual([expected, []]);
  });

  test.each(['Server: x', '< Server: x', '  X-a_b-1: x'])('the headers of a response contain %j', (line) => {
    expect(read('HTTP/1.1 200 OK', line, line).results).toEqual([true, true, true]);
  });

  test.each(['Server x', 'Server:x', '> Server: x', 'a b: x', ''])(
    'the headers of a response do not contain %j',
    (line) => {
      expect(read('HTTP/1.1 200 OK', line, 'Server: x').results).toEqual([true, false, true]);
    },
  );

  test.each(['<', '< ', '<\t\r'])('the headers of a response end with %j', (line) => {
    expect(read('< HTTP/1.1 404 x', line, '< Server: x')).toMatchObject({
      results: [true, true, false],
      skipped: ['2 failed poll without a timestamp'],
    });
  });

  test('the headers of a response do not end with another line', () => {
    expect(read('< HTTP/1.1 404 x', '<x', 'x<', '< Server: x').results).toEqual([true, false, false, true]);
  });

  test('the headers of a response end at the next status', () => {
    expect(read('HTTP/1.1 404 x', 'HTTP/1.1 403 x').skipped).toEqual(['2 failed poll without a timestamp']);
    expect(read('HTTP/1.1 404 x', 'HTTP/1.1 200 x').skipped).toEqual(['2 failed poll without a timestamp']);
    expect(read('HTTP/1.1 200 x', 'HTTP/1.1 404 x').skipped).toEqual(['3 failed poll without a timestamp']);
  });
});

const LIST = `Headers           : {[Connection, close], [Content-Length, 1300], [Date, ${DATE}], [Server, x]}`;

describe('the Date header', () => {
  test.each([
    `Date: ${DATE}`,
    `date:${DATE}`,
    `date:  ${DATE}`,
    `< Date: ${DATE}\r`,
    `   Date: ${DATE}`,
    LIST,
    LIST.replace(/ +:/, ':'),
    LIST.replace('{[Connection, close], [Content', `{[${'x'.repeat(20)}], [Content`),
  ])('the Date header is read in %j', (line) => {
    expect(read(line)).toMatchObject({ results: [true], timestamps: 1 });
  });

  test.each([
    `xDate: ${DATE}`,
    `> Date: ${DATE}`,
    `Date: ${DATE} x`,
    `Date: Fr, 20 Nov 2026 00:00:01 GMT`,
    `Date: Frid, 20 Nov 2026 00:00:01 GMT`,
    `Date: Fri, 2 Nov 2026 00:00:01 GMT`,
    `Date: Fri, 20 No 2026 00:00:01 GMT`,
    `Date: Fri, 20 Nov 226 00:00:01 GMT`,
    `Date: Fri, 20 Nov 2026 00:00:1 GMT`,
    `Date: Fri, 20 Nov 2026 00:00:01 UTC`,
    `Date: Fri, xx Nov 2026 00:00:01 GMT`,
    `Date: Fri, 20 Nov xxxx 00:00:01 GMT`,
    `Date: ${DATE}`.padEnd(80),
    LIST.replace('[Date,', '[Data,'),
    LIST.replace('Headers', ' Headers'),
    LIST.replace('GMT]', 'UTC]'),
    LIST.replace('Fri, 20', 'Fri, 2'),
    LIST.replace('Fri, 20', 'Fri, x0'),
    LIST.replace('Fri,', 'Fr,'),
    LIST.replace('Nov', 'No'),
    LIST.replace('2026', '226'),
    LIST.replace('2026', '2x26'),
    LIST.replace('00:01', '00:1'),
  ])('the Date header is not read in %j', (line) => {
    expect(read(line)).toMatchObject({ results: [false], timestamps: 0 });
  });

  test('the Date header has less than 80 characters', () => {
    expect(read(`Date: ${DATE}`.padEnd(79)).results).toEqual([true]);
  });

  test('a Date header that is not a time is ignored', () => {
    expect(read('Date: Fri, 31 Nov 2026 00:00:01 GMT')).toMatchObject({ results: [true], timestamps: 0 });
  });
});
