// Adds mutators to StrykerJS, and restricts StrykerJS to a random sample of mutants. StrykerJS has no extension points
// for these, so this module changes the list of mutators and the collector of mutants in memory.
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Resolved from StrykerJS, because its instrumenter must be the same module instance. */
const fromStryker = createRequire(import.meta.resolve('@stryker-mutator/core'));
const instrumenterUrl = pathToFileURL(fromStryker.resolve('@stryker-mutator/instrumenter'));
const { types } = createRequire(instrumenterUrl)('@babel/core');
const { Instrumenter } = await import(instrumenterUrl);
const { allMutators } = await import(new URL('mutators/index.js', instrumenterUrl));
const { MutantCollector } = await import(new URL('transformers/index.js', instrumenterUrl));

const clone = (node) => types.cloneNode(node, true);

/** Doubled, because tests cannot notice a time-out of 30.001 s. Comparisons have a mutator of their own. */
const numberMutator = {
  name: 'Number',
  *mutate(path) {
    if (path.isNumericLiteral() && !isName(path)) {
      yield types.numericLiteral(path.node.value === 0 ? 1 : 2 * path.node.value);
    }
  },
};

const isName = ({ node, parent }) => types.isObjectProperty(parent) && parent.key === node;

/** StrykerJS only empties a list, which any test notices. */
const listElementMutator = {
  name: 'ListElement',
  *mutate(path) {
    if (!path.isArrayExpression() || path.node.elements.length < 2) return;
    for (const index of path.node.elements.keys()) {
      const shorter = clone(path.node);
      shorter.elements.splice(index, 1);
      yield shorter;
    }
  },
};

/** Calls that order or select. StrykerJS has `sort`, `filter`, `slice` and `trim`. */
const OTHER_METHOD = new Map([
  ['find', 'findLast'],
  ['findLast', 'find'],
  ['findIndex', 'findLastIndex'],
  ['findLastIndex', 'findIndex'],
  ['indexOf', 'lastIndexOf'],
  ['lastIndexOf', 'indexOf'],
  ['replaceAll', 'replace'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['push', 'unshift'],
  ['shift', 'pop'],
  ['pop', 'shift'],
]);
const WITHOUT_METHOD = new Set([
  'toSorted',
  'toReversed',
  'replace',
  'replaceAll',
  'normalize',
  'round',
  'trunc',
  'flat',
]);

const selectionMutator = {
  name: 'Selection',
  *mutate(path) {
    if (
      path.isNewExpression() &&
      types.isIdentifier(path.node.callee, { name: 'Set' }) &&
      path.node.arguments[0]
    ) {
      if (types.isSpreadElement(path.parent)) yield clone(path.node.arguments[0]);
      return;
    }
    if (!path.isCallExpression() || !types.isMemberExpression(path.node.callee)) return;
    const { object, property } = path.node.callee;
    if (!types.isIdentifier(property)) return;
    const isOfMath = types.isIdentifier(object, { name: 'Math' });
    if (WITHOUT_METHOD.has(property.name)) yield clone(isOfMath ? path.node.arguments[0] : object);
    const other = OTHER_METHOD.get(property.name);
    if (other) {
      const changed = clone(path.node);
      changed.callee.property = types.identifier(other);
      yield changed;
    }
  },
};

/** Changes of order and selection in SQL. */
const SQL_CHANGES = [
  [/ DESC\b/g, ''],
  [/ ORDER BY [\w.]+(, [\w.]+)*( DESC)?/g, ''],
  [/\bDISTINCT /g, ''],
  [/\bmin\(/g, 'max('],
  [/\bmax\(/g, 'min('],
  [/ < /g, ' <= '],
  [/ > /g, ' >= '],
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/(?<!BETWEEN \S+) AND /g, ' OR '],
  [/ OR (?!IGNORE)/g, ' AND '],
];
const IS_SQL = /^\s*(SELECT|INSERT|UPDATE|DELETE) |= \? AND /;

function* changeSql(text) {
  for (const [pattern, replacement] of SQL_CHANGES) {
    for (const { 0: found, index } of text.matchAll(pattern)) {
      yield `${text.slice(0, index)}${replacement}${text.slice(index + found.length)}`;
    }
  }
}

const sqlMutator = {
  name: 'Sql',
  *mutate({ node }) {
    if (types.isStringLiteral(node) && IS_SQL.test(node.value)) {
      for (const text of changeSql(node.value)) yield types.stringLiteral(text);
    }
    if (!types.isTemplateLiteral(node) || !node.quasis.some(({ value }) => IS_SQL.test(value.raw))) return;
    for (const [index, { value }] of node.quasis.entries()) {
      for (const raw of changeSql(value.raw)) {
        const changed = clone(node);
        changed.quasis[index] = types.templateElement({ raw, cooked: raw }, index === node.quasis.length - 1);
        yield changed;
      }
    }
  },
};

allMutators.push(numberMutator, listElementMutator, selectionMutator, sqlMutator);

const getKey = ({ fileName, original: { loc }, mutatorName, replacementCode }) =>
  [
    relative(process.cwd(), fileName),
    locationText(loc.start),
    locationText(loc.end),
    mutatorName,
    replacementCode,
  ].join(' ');
const locationText = ({ line, column }) => `${line}:${column}`;

/** The keys of the mutants to test, or null for all. */
let sample = null;
const collect = MutantCollector.prototype.collect;
MutantCollector.prototype.collect = function (...args) {
  const mutant = collect.apply(this, args);
  if (sample && !sample.has(getKey(mutant))) mutant.ignoreReason = 'not in the sample';
  return mutant;
};

/** Returns the keys of all mutants of `files` ({ name, content }), in the order of the text. */
export async function listMutants(files) {
  const keys = [];
  sample = { has: (key) => keys.push(key) && false };
  const logger = { debug() {}, info() {}, isDebugEnabled: () => false };
  const toInstrument = files.map((file) => ({ ...file, mutate: true }));
  await new Instrumenter(logger).instrument(toInstrument, {
    ignorers: [],
    excludedMutations: [],
    plugins: null,
  });
  return keys;
}

/** StrykerJS tests only these mutants from now on. */
export function restrictTo(keys) {
  sample = new Set(keys);
}
