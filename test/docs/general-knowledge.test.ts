import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENVIRONMENT_KINDS } from '../../src/domain/general-knowledge/environment.ts';
import {
  DURATION_SETTINGS,
  FACT_CONDITIONS,
  FACT_EVIDENCE,
  FACT_METHODS,
  FACT_SUBJECTS,
} from '../../src/domain/general-knowledge/fact.ts';
import { getGeneralKnowledge } from '../../src/domain/general-knowledge/general-knowledge.ts';
import {
  DECIDED_ELSEWHERE,
  describeFact,
  describeReference,
  describeUndocumented,
  ENVIRONMENT_NAMES,
} from '../../src/report/messages/general-knowledge/facts.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';
import { SCHEMAS } from '../support/docs/schemas.ts';

const DOCUMENT = 'docs/general-knowledge.md';

const findPlace = (name: string) => new RegExp(`(?<=<!-- table: ${name} -->\n\n)(?:\\|.*\n)*`);

const renderFacts = () =>
  [
    '| environment | evidence | fact | source |',
    '|---|---|---|---|',
    ...ENVIRONMENT_KINDS.flatMap((kind) => {
      const { facts } = getGeneralKnowledge(kind);
      const name = `\`${kind}\` (${ENVIRONMENT_NAMES[kind]})`;
      if (facts.length === 0) return [`| ${name} | | ${DECIDED_ELSEWHERE[kind]} | |`];
      return facts.map((fact) => {
        const { url } = fact.reference;
        const source = describeReference(fact.reference, fact.method);
        return `| ${name} | ${fact.evidence} | ${describeFact(fact)} | ${url === null ? source : `[${source}](${url})`} |`;
      });
    }),
    '',
  ].join('\n');

const renderUndocumented = () =>
  [
    '| environment | gap |',
    '|---|---|',
    ...ENVIRONMENT_KINDS.flatMap((kind) => {
      const gap = describeUndocumented(getGeneralKnowledge(kind).undocumented);
      return gap === null ? [] : [`| ${ENVIRONMENT_NAMES[kind]} | ${gap} |`];
    }),
    '',
  ].join('\n');

test.each([
  { title: 'every fact with its source', place: findPlace('facts'), render: renderFacts },
  { title: 'what AWS does not document', place: findPlace('undocumented'), render: renderUndocumented },
])('docs/general-knowledge.md shows $title', ({ place, render }) => {
  const current = readDocument(DOCUMENT);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(join(ROOT, DOCUMENT), current.replace(place, render));
  else
    expect(place.exec(current)?.[0], 'to update it: UPDATE_DOCS=1 npx vitest run test/docs').toBe(render());
});

const common = Object(SCHEMAS.find(({ $id }) => $id === 'common.schema.json')?.$defs);
const fact = common.generalFact.properties;

test.each([
  ['environments', ENVIRONMENT_KINDS, common.generalKnowledge.items.properties.environment],
  ['subjects', FACT_SUBJECTS, common.factSubject],
  ['kinds of evidence', FACT_EVIDENCE, fact.evidence],
  ['methods', [...FACT_METHODS, null], fact.method],
  ['conditions', [...FACT_CONDITIONS, null], fact.condition],
  ['settings', [...DURATION_SETTINGS, null], fact.setting],
])('the schema lists the same %s of facts as the program', (_, values, schema) => {
  expect(schema.enum).toEqual(values);
});
