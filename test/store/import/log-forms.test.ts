import { describe, expect, test } from 'vitest';
import { byTime, expectSamples } from '../../support/store/logs/expected-samples.ts';
import { createHistory } from '../../support/store/logs/history.ts';
import { DOCUMENTS, FORMS, PLACEMENTS, STAMPS } from '../../support/store/logs/log-forms.ts';
import { readText } from '../../support/store/logs/read-text.ts';
import { sampleCases } from '../../support/thorough.ts';

const history = createHistory();

describe('a log is read in the form', () => {
  test.each(
    sampleCases(
      FORMS.map((form) => [form.name, form] as const),
      4,
    ),
  )('a log is read in the form %s', async (_, form) => {
    const { samples, roles } = await readText(form.write(history));
    expect(samples.sort(byTime)).toEqual(expectSamples(history, form));
    if (form.role !== undefined) expect(roles).toEqual([form.role]);
  });
});

describe('a timestamp is read in the form', () => {
  test.each(sampleCases(Object.entries(STAMPS), 4))(
    'a timestamp is read in the form %s',
    async (_, stamp) => {
      for (const place of Object.values(PLACEMENTS)) {
        const text = history
          .map((poll) => place(stamp(poll.at), DOCUMENTS['IMDS as it is']!.write(poll)))
          .join('');
        expect((await readText(text)).samples, text.slice(0, 300)).toEqual(expectSamples(history, {}));
      }
    },
  );
});

describe('a document is read in the form', () => {
  test.each(sampleCases(Object.entries(DOCUMENTS), 4))(
    'a document is read in the form %s',
    async (_, document) => {
      for (const stamp of [STAMPS.date!, STAMPS['date +%s']!, STAMPS['date +%F %T']!]) {
        for (const place of Object.values(PLACEMENTS)) {
          const text = history.map((poll) => place(stamp(poll.at), document.write(poll))).join('');
          expect((await readText(text)).samples, text.slice(0, 300)).toEqual(
            expectSamples(history, document),
          );
        }
      }
    },
  );
});
