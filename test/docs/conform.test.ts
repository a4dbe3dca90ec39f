import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFORMANCE_CHECKS } from '../../src/domain/conformance/check-list.ts';
import { describeEffect } from '../../src/report/messages/conformance/clients.ts';
import { describeRequirement } from '../../src/report/messages/conformance/results.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';

const DOCUMENT = 'docs/conform.md';
const PLACE = /(?<=<!-- table: checks -->\n\n)(?:\|.*\n)*/;

/** The effects of `remaining-validity` depend on the remaining validity. */
const DEPENDS = 'depends on the remaining validity';

const renderTable = () =>
  [
    '| check | endpoints | severity | requirement | if it fails |',
    '|---|---|---|---|---|',
    ...CONFORMANCE_CHECKS.map(({ id, shapes, severity, effects, needsWatch }) => {
      const consequence = effects.map(describeEffect).join('; ') || DEPENDS;
      const name = `\`${id}\`${needsWatch === true ? ' (`--watch`)' : ''}`;
      return `| ${[name, shapes.join(', '), severity, describeRequirement(id), consequence].join(' | ')} |`;
    }),
    '',
  ].join('\n');

test('docs/conform.md shows every check with its severity and its effects', () => {
  const current = readDocument(DOCUMENT);
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(
      join(ROOT, DOCUMENT),
      current.replace(PLACE, () => renderTable()),
    );
  } else {
    expect(PLACE.exec(current)?.[0], 'to update it: UPDATE_DOCS=1 npx vitest run test/docs').toBe(
      renderTable(),
    );
  }
});
