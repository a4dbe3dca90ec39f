import { describe, expect, test } from 'vitest';
import { createHistory } from '../../../support/store/logs/history.ts';
import { DOCUMENTS, FORMS, PLACEMENTS, STAMPS } from '../../../support/store/logs/log-forms.ts';
import { readText } from '../../../support/store/logs/read-text.ts';

const DOCUMENT =
  '{"Code":"Success","LastUpdated":"2026-11-19T23:50:01Z","AccessKeyId":"ASIAEXAMPLE","Expiration":"2026-11-20T06:00:01Z"}';
const at = (minute: number) => `2026-11-20T00:${String(minute).padStart(2, '0')}:01Z`;

/** Counts the samples, and the timestamps that have no document. */
async function read(text: string) {
  const { samples, summary } = await readText(text);
  const found = summary.skipped.find(({ reason }) => reason === 'timestamp without a document');
  return [samples.length, found?.count ?? 0, found?.firstLine ?? null];
}

describe('a timestamp without a document is counted', () => {
  test.each([
    [
      'on a line of its own, then an empty line',
      `${at(0)}\n${DOCUMENT}\n${at(5)}\n\n${at(10)}\n${DOCUMENT}\n`,
      3,
    ],
    ['on a line of its own, then nothing', `${at(0)}\n${DOCUMENT}\n${at(5)}\n${at(10)}\n${DOCUMENT}\n`, 3],
    ['before an empty answer on its line', `${at(0)} ${DOCUMENT}\n${at(5)} \n${at(10)} ${DOCUMENT}\n`, 2],
    ['between separators', `== ${at(0)} ==\n== ${at(5)} ==\n${DOCUMENT}\n== ${at(10)} ==\n${DOCUMENT}\n`, 1],
    ['at the end of the log', `${at(0)}\n${DOCUMENT}\n${at(5)}\n${DOCUMENT}\n${at(10)}\n`, 5],
    ['without a zone', `2026-11-20 00:00:01\n2026-11-20 00:05:01\n${DOCUMENT}\n${at(10)} ${DOCUMENT}\n`, 1],
  ])('%s', async (_, text, line) => {
    expect(await read(text)).toEqual([2, 1, line]);
  });

  test('once per failed poll', async () => {
    const text = [0, 5, 10, 15].map((minute) => `${at(minute)}\n\n`).join('');
    expect(await read(`${text}${at(20)}\n${DOCUMENT}\n`)).toEqual([1, 4, 1]);
  });
});

describe('a timestamp is not counted', () => {
  test.each([
    ['if the empty line after a document has it', `${at(0)} ${DOCUMENT}\n${at(0)} \n${at(5)} ${DOCUMENT}\n`],
    [
      'if the next line repeats it in another form',
      `${at(0)}\n2026-11-20T00:00:02Z\n${DOCUMENT}\n${at(5)} ${DOCUMENT}\n`,
    ],
    [
      'if only one of two timestamps has a zone',
      `2026-11-20 01:00:01\n${at(0)} ${DOCUMENT}\n${at(5)} ${DOCUMENT}\n`,
    ],
    ['if text follows it', `${at(0)} polling\n${at(5)} ${DOCUMENT}\n${at(10)} ${DOCUMENT}\n`],
    [
      'if an error of curl follows it',
      `${at(0)}\ncurl: (28) timed out\n${at(5)} ${DOCUMENT}\n${at(10)} ${DOCUMENT}\n`,
    ],
  ])('%s', async (_, text) => {
    expect(await read(text)).toEqual([2, 0, null]);
  });

  test('in any complete form of a log', async () => {
    const history = createHistory();
    const stamps = Object.values(STAMPS);
    const texts = [
      ...FORMS.map((form) => form.write(history)),
      ...Object.values(PLACEMENTS).flatMap((place) =>
        Object.values(DOCUMENTS).map(({ write }, index) =>
          history.map((poll) => place(stamps[index % stamps.length]!(poll.at), write(poll))).join(''),
        ),
      ),
    ];
    for (const text of texts) expect((await read(text))[1], text.slice(0, 500)).toBe(0);
  });
});
