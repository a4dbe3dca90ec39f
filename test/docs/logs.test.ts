import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCUMENT_FORMS } from '../../src/store/import/documents/forms.ts';
import { TIMESTAMP_FAMILIES } from '../../src/store/import/timestamps/families.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';
import { FORMS } from '../support/store/logs/log-forms.ts';

const DOCUMENT = 'docs/logs.md';

const code = (text: string) => (text.includes('`') ? text : `\`${text}\``);
const renderTable = (forms: readonly { name: string; examples: readonly string[] }[]) =>
  [
    '| form | examples |',
    '|---|---|',
    ...forms.map(({ name, examples }) => `| ${name} | ${examples.map(code).join('<br>')} |`),
  ].join('\n');

const renderList = (): string => {
  const lines: string[] = [];
  let line = '';
  for (const { name } of FORMS) {
    const next = line === '' ? name : `${line}; ${name}`;
    if (next.length > 150) {
      lines.push(`${line};`);
      line = name;
    } else {
      line = next;
    }
  }
  return [...lines, `${line}.`].join('\n');
};

const PARTS: [marker: string, pattern: string, text: string][] = [
  ['table: timestamps', String.raw`(?:\|.*\n)+`, `${renderTable(TIMESTAMP_FAMILIES)}\n`],
  ['table: documents', String.raw`(?:\|.*\n)+`, `${renderTable(Object.values(DOCUMENT_FORMS))}\n`],
  ['list: forms', String.raw`(?:(?!#).+\n)*\n`, `${renderList()}\n\n`],
];

test.each(PARTS)('docs/logs.md shows the current %s', (marker, pattern, text) => {
  const place = new RegExp(`(?<=<!-- ${marker} -->\\n\\n)${pattern}`);
  const shown = place.exec(readDocument(DOCUMENT))?.[0];
  if (process.env.UPDATE_DOCS === '1') {
    const current = readDocument(DOCUMENT);
    writeFileSync(
      join(ROOT, DOCUMENT),
      shown === undefined
        ? current.replace(`<!-- ${marker} -->\n\n`, () => `<!-- ${marker} -->\n\n${text}`)
        : current.replace(place, () => text),
    );
  } else {
    expect(shown).toBe(text);
  }
});
