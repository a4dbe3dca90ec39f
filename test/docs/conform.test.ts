import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFORMANCE_CHECKS } from '../../src/domain/conformance/check-list.ts';
import { CONFORMANCE_CLIENTS, EFFECTS } from '../../src/domain/conformance/clients.ts';
import { CHECK_SEVERITIES, CONFORMANCE_SHAPES } from '../../src/domain/conformance/conformance-check.ts';
import { NO_RESPONSE_REASONS } from '../../src/domain/conformance/no-response.ts';
import { CONFORMANCE_VERDICTS } from '../../src/domain/conformance/verdict.ts';
import { SERVED_ROLE_STATES } from '../../src/domain/serving/served-role-facts.ts';
import { describeEffect } from '../../src/report/messages/conformance/clients.ts';
import { describeRequirement } from '../../src/report/messages/conformance/results.ts';
import { KNOWN_DEFECTS } from '../support/conformance/defects/known-servers.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';
import { SCHEMAS } from '../support/docs/schemas.ts';

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

test.each([
  ['clients', 'client', CONFORMANCE_CLIENTS],
  ['effects', 'effect', EFFECTS],
  ['reasons of a missing response', 'noResponse', NO_RESPONSE_REASONS],
])('the schema lists the same %s as the program', (_, definition, values) => {
  const schema = SCHEMAS.find(({ $id }) => $id === 'conform.schema.json');
  expect(Object(schema?.$defs)[definition].enum).toEqual(values);
});

test.each<[string, readonly string[], (schema: object) => unknown]>([
  ['verdicts', CONFORMANCE_VERDICTS, (schema) => Object(schema).properties.verdict],
  ['shapes', CONFORMANCE_SHAPES, (schema) => Object(schema).properties.shape],
  ['severities', CHECK_SEVERITIES, (schema) => Object(schema).$defs.check.properties.severity],
])('the schema of conform lists the same %s as the program', (_, values, find) => {
  const schema = SCHEMAS.find(({ $id }) => $id === 'conform.schema.json');
  expect(Object(find(Object(schema))).enum).toEqual(values);
});

test('the schema of /healthz lists the same states of a role as the program', () => {
  const schema = SCHEMAS.find(({ $id }) => $id === 'healthz.schema.json');
  expect(Object(schema?.$defs).role.properties.state.enum).toEqual(SERVED_ROLE_STATES);
});

test('docs/json.md names every effect of a failed check', () => {
  const document = readDocument('docs/json.md');
  expect(EFFECTS.filter((effect) => !document.includes(`\`${effect}\``))).toEqual([]);
});
