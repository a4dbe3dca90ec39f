import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFORMANCE_CHECKS } from '../../src/domain/conformance/check-list.ts';
import { describeEffect } from '../../src/report/messages/conformance/clients.ts';
import { describeRequirement } from '../../src/report/messages/conformance/results.ts';
import { KNOWN_DEFECTS } from '../support/conformance/defects/known-servers.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';

const DOCUMENT = 'docs/conform.md';
const CHECKS_PLACE = /(?<=<!-- table: checks -->\n\n)(?:\|.*\n)*/;
const SERVERS_PLACE = /(?<=<!-- table: servers -->\n\n)(?:\|.*\n)*/;

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

const renderServers = () =>
  [
    '| server | defect | checks |',
    '|---|---|---|',
    ...KNOWN_DEFECTS.map(
      ({ server, name, checks }) =>
        `| ${server} | ${name} | ${checks.map((check) => `\`${check}\``).join(', ')} |`,
    ),
    '',
  ].join('\n');

test.each([
  { title: 'every check with its severity and its effects', place: CHECKS_PLACE, render: renderTable },
  { title: 'the defects of published servers', place: SERVERS_PLACE, render: renderServers },
])('docs/conform.md shows $title', ({ place, render }) => {
  const current = readDocument(DOCUMENT);
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(join(ROOT, DOCUMENT), current.replace(place, render));
  } else {
    const hint = 'to update it: UPDATE_DOCS=1 npx vitest run test/docs';
    expect(place.exec(current)?.[0], hint).toBe(render());
  }
});
