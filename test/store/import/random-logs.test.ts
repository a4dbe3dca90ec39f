import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byTime, expectSamples } from '../../support/store/logs/expected-samples.ts';
import type { LoggedPoll } from '../../support/store/logs/history.ts';
import { DOCUMENTS, FORMS, PLACEMENTS, STAMPS } from '../../support/store/logs/log-forms.ts';
import { readText } from '../../support/store/logs/read-text.ts';
import { isThorough } from '../../support/thorough.ts';

const START = Date.UTC(2022, 0, 1);
const END = Date.UTC(2035, 0, 1);

/** Polls of a source that rotates. Whole seconds, at least one minute apart. */
const history = fc
  .record({
    start: fc.integer({ min: START / 1000, max: END / 1000 }),
    generations: fc.array(
      fc.record({
        validity: fc.integer({ min: 3600, max: 43_200 }),
        firstAfter: fc.integer({ min: 0, max: 600 }),
        gaps: fc.array(fc.integer({ min: 61, max: 1500 }), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ start, generations }): LoggedPoll[] => {
    const polls: LoggedPoll[] = [];
    let at = start;
    for (const [index, { validity, firstAfter, gaps }] of generations.entries()) {
      const lastUpdated = at;
      at += firstAfter;
      for (const gap of [0, ...gaps]) {
        at += gap;
        polls.push({
          at: at * 1000,
          accessKeyId: `ASIAEXAMPLE${index}`,
          lastUpdated: lastUpdated * 1000,
          expiration: (lastUpdated + validity) * 1000,
        });
      }
      at += 61;
    }
    return polls;
  });

/** Lines of other programs between two polls. */
const noise = fc.constantFrom(
  '',
  '\n',
  '# a comment\n',
  'curl: (28) Operation timed out after 1000 milliseconds with 0 bytes received\n',
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n',
  '100  1316  100  1316    0     0   950k      0 --:--:-- --:--:-- --:--:-- 1285k\n',
  'nohup: ignoring input\n',
  '{"unrelated": [1, 2, {"a": null}]}\n',
  'Permission denied (publickey).\n',
);

const ENCODINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a byte order mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16LE': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16BE': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'Latin-1': (text) => (/[^\0-\xff]/.test(text) ? Buffer.from(text) : Buffer.from(text, 'latin1')),
};

const layout = fc.record({
  encode: fc.constantFrom(...Object.values(ENCODINGS)),
  end: fc.constantFrom('\n', '\r\n'),
  chunkSize: fc.constantFrom(1, 7, 100, 262_144),
  noises: fc.array(noise, { minLength: 1, maxLength: 5 }),
});

test('a random history in a random combination of timestamp, place, document, noise and encoding is read exactly', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.constantFrom(...Object.keys(STAMPS)),
      fc.constantFrom(...Object.keys(PLACEMENTS)),
      fc.constantFrom(...Object.keys(DOCUMENTS)),
      layout,
      async (polls, stamp, place, name, { encode, end, chunkSize, noises }) => {
        const document = DOCUMENTS[name]!;
        const text = polls
          .map(
            (poll, index) =>
              `${noises[index % noises.length]}${PLACEMENTS[place]!(STAMPS[stamp]!(poll.at), document.write(poll))}`,
          )
          .join('')
          .replaceAll('\n', end);
        const { samples } = await readText(encode(text), { chunkSize });
        expect(samples, text.slice(0, 2000)).toEqual(expectSamples(polls, document));
      },
    ),
    { numRuns: isThorough ? 1000 : 25 },
  );
});

test('a random history in every other form is read exactly', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.constantFrom(...FORMS),
      layout,
      async (polls, form, { encode, end, chunkSize }) => {
        const text = form.write(polls).replace(/\r?\n/g, end);
        const { samples } = await readText(encode(text), { chunkSize });
        expect(samples.sort(byTime), text.slice(0, 2000)).toEqual(expectSamples(polls, form));
      },
    ),
    { numRuns: isThorough ? 500 : 15 },
  );
});
