import { describe, expect, test } from 'vitest';
import { getHelp } from '../../src/cli/manual/command-help.ts';
import { declareProgram } from '../../src/cli/program.ts';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { FAILURE_REASONS, SOURCE_NAMES } from '../../src/domain/model.ts';
import { POLL_NOTE_CODES } from '../../src/domain/poll-note.ts';
import { CHAIN_FINDING_CODES } from '../../src/domain/provider-chain/findings/findings.ts';
import { FINDING_CODES } from '../../src/domain/verdict/finding.ts';
import { VERDICTS } from '../../src/domain/verdict/job-verdict.ts';
import { OUTLOOKS } from '../../src/domain/verdict/now-verdict.ts';
import { REPORT_FORMATS } from '../../src/report/formats.ts';
import { METRIC_HELP } from '../../src/report/messages/metrics.ts';
import { FAULT_DEFINITIONS } from '../../src/server/faults/fault-definitions.ts';
import { BUILT_IN_SCENARIOS } from '../../src/server/faults/scenario.ts';
import { VARIANTS } from '../../src/server/variants.ts';
import { readDocument } from '../support/docs/markdown.ts';
import '../support/docs/run-at.ts';
import { listObjectDefinitions, SCHEMAS, type Schema } from '../support/docs/schemas.ts';

const program = declareProgram();
const commands = program.commands.map((command) => command.name());

test('README.md lists the exit codes of every command', () => {
  const rows = [...readDocument('README.md').matchAll(/^\| (`\w+`(?:, `\w+`)*) \| .* \| (.*) \|$/gm)];
  const documented = rows.flatMap(([, names = '', codes = '']) =>
    names
      .split(', ')
      .map((name) => [name.replaceAll('`', ''), codes.split(' · ').map((code) => code.split(' ')[0])]),
  );
  const declared = program.commands.map((command) => {
    const codes = (getHelp(command).exitCodes ?? []).map(([code]) => code);
    return [command.name(), command.name() === 'exec' ? codes : codes.filter((code) => code !== '2')];
  });
  const withoutTexts = (codes: unknown) => Object(codes).filter((code: string) => /^\d/.test(code));
  const normalise = (all: unknown[][]) =>
    Object.fromEntries(all.map(([name, codes]) => [name, withoutTexts(codes)]));
  expect(normalise(documented)).toEqual(normalise(declared));
});

test('docs/dependencies.md names every dependency', () => {
  const { dependencies, devDependencies, peerDependencies } = JSON.parse(readDocument('package.json'));
  const names = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  const words = new Set(readDocument('docs/dependencies.md').split(/[\s,`|]+/));
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});

/** The only schema of a document that users write. */
const TARGETS_SCHEMA = 'targets.schema.json';

const listFields = (schemas: readonly Schema[]) =>
  schemas.flatMap(listObjectDefinitions).flatMap(({ properties }) => Object.keys(Object(properties)));

describe.each([
  ['README.md', 'command', commands],
  ['docs/ci.md', 'report format', Object.keys(REPORT_FORMATS)],
  ['docs/jobs.md', 'credential format', Object.keys(CREDENTIAL_FORMATS)],
  ['docs/json.md', 'failure reason', FAILURE_REASONS],
  ['docs/json.md', 'finding code', FINDING_CODES],
  ['docs/json.md', 'chain finding code', CHAIN_FINDING_CODES],
  ['docs/json.md', 'note code', POLL_NOTE_CODES],
  ['docs/json.md', 'field', listFields(SCHEMAS.filter(({ $id }) => $id !== TARGETS_SCHEMA))],
  ['docs/targets.md', 'member', listFields(SCHEMAS.filter(({ $id }) => $id === TARGETS_SCHEMA))],
  ['docs/metrics.md', 'metric', Object.keys(METRIC_HELP).map((name) => `cred_watch_${name}`)],
  ['docs/numbers.md', 'verdict', VERDICTS],
  ['docs/numbers.md', 'outlook', OUTLOOKS],
  ['docs/sources.md', 'source', SOURCE_NAMES],
  ['docs/simulate.md', 'fault', Object.keys(FAULT_DEFINITIONS)],
  ['docs/simulate.md', 'scenario', Object.keys(BUILT_IN_SCENARIOS)],
  ['docs/simulate.md', 'variant', Object.keys(VARIANTS)],
])('%s', (document, kind, names) => {
  test(`${document} names every ${kind}`, () => {
    const code = [...readDocument(document).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
    const words = new Set(code.flatMap((text) => text.split(/[\s=[\],:.]+/)));
    const missing = [...new Set<string>(names)].filter(
      (name) => !words.has(name) && name !== 'schema_version',
    );
    expect(missing).toEqual([]);
  });
});
