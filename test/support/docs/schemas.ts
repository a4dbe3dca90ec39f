import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ROOT } from './markdown.ts';

const FOLDER = join(ROOT, 'docs', 'schemas');

export interface Schema {
  $id: string;
  title: string;
  [keyword: string]: unknown;
}

export const SCHEMAS: readonly Schema[] = readdirSync(FOLDER).map((file) =>
  JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
);

// Optimising the validators takes longer than running them.
// The strict mode rejects unknown keywords, so a misspelt keyword cannot switch a check off.
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  code: { optimize: false },
});
addFormats.default(ajv);
for (const schema of SCHEMAS) ajv.addSchema(schema);

function getValidator(name: string): ValidateFunction {
  const validate = ajv.getSchema(`${name}.schema.json`);
  if (validate === undefined) throw new Error(`unknown schema ${name}`);
  return validate;
}

/** What a schema finds wrong with a document; empty if it is valid. */
export function findViolations(name: string, document: unknown): string[] {
  const validate = getValidator(name);
  if (validate(document)) return [];
  const errors = validate.errors ?? [];
  // Of several alternatives, only the one with the right code, record or event has useful errors.
  const alternatives = new Set(errors.filter(({ keyword }) => keyword === 'const').map(findAlternative));
  return errors
    .filter((error) => findAlternative(error) === null || !alternatives.has(findAlternative(error)))
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

/** The alternative of a `oneOf` that an error belongs to, and the object that it is about; null outside a `oneOf`. */
function findAlternative({ instancePath, schemaPath }: ErrorObject): string | null {
  const [alternative] = /^.*\/oneOf\/\d+/.exec(schemaPath) ?? [null];
  const [object] = /^.*?\/findings\/\d+/.exec(instancePath) ?? [''];
  return alternative === null ? null : `${object} ${alternative}`;
}

/** Validates JSON documents that are written one per line. */
export const findLineViolations = (name: string, text: string): string[] =>
  text
    .trim()
    .split('\n')
    .flatMap((line) => findViolations(name, JSON.parse(line)));

/** The object definitions inside a schema, however deep. */
export function listObjectDefinitions(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(listObjectDefinitions);
  if (typeof value !== 'object' || value === null) return [];
  const node = Object.fromEntries(Object.entries(value));
  return [...('properties' in node ? [node] : []), ...Object.values(node).flatMap(listObjectDefinitions)];
}
