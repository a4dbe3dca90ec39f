import { closeSync, openSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { CredWatchError, describeSystemError, getSystemErrorCode, UnknownValueError } from '../../errors.ts';
import { parseJson } from '../parse-json.ts';
import { buildFault, FAULT_CONDITIONS, type Fault } from './parse-fault.ts';
import builtInScenarios from './scenarios.json';

/** Reproductions of real outages, by name. They are read like a scenario file of the user. */
export const BUILT_IN_SCENARIOS: Readonly<Record<string, { title: string }>> = builtInScenarios;

/** Settings of the endpoint and a sequence of faults, which together reproduce an outage. */
export interface Scenario {
  name: string;
  /** What happened in the real outage, and what to watch for. */
  description: string;
  /** Values for flags, by flag name and in the syntax of the flag. A flag on the command line wins. */
  settings: ReadonlyMap<ScenarioSetting, string>;
  faults: readonly Fault[];
}

const SCENARIO_SETTINGS = [
  'lifetime',
  'rotate-every',
  'overlap',
  'jitter',
  'shape',
  'imds',
  'role',
  'authorization-lifetime',
] as const;
export type ScenarioSetting = (typeof SCENARIO_SETTINGS)[number];

/** Scenarios are written by hand; a larger file is not a scenario. */
const MAX_FILE_BYTES = 256 * 1024;
const MAX_STEPS = 1000;

/** The hint for an invalid field that should be text. */
const QUOTE_IT = 'put the value in quotes';
const STEP_EXAMPLE = '{"fault": "503", "from": "2m"}';

/**
 * Opens a built-in scenario by its name, or a file. A text with a dot or a slash is a file name.
 * @throws CredWatchError
 */
export function openScenario(nameOrFile: string): Scenario {
  if (Object.hasOwn(BUILT_IN_SCENARIOS, nameOrFile))
    return parseScenario(nameOrFile, BUILT_IN_SCENARIOS[nameOrFile]);
  if (!/[./\\]/.test(nameOrFile)) {
    throw new UnknownValueError(
      `unknown scenario '${nameOrFile}'`,
      nameOrFile,
      Object.keys(BUILT_IN_SCENARIOS),
      ', or a JSON file',
    );
  }
  const text = readScenarioFile(nameOrFile);
  return parseScenario(
    nameOrFile,
    parseJson(text, nameOrFile, '`cred-watch simulate --help` shows an example'),
  );
}

/** Reads the text of a file, without a byte order mark. The file may be a pipe. */
function readScenarioFile(file: string): string {
  const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      // The buffer limits the loop, because a device such as /dev/zero has no end.
      for (let count = 1; count > 0; length += count) {
        count = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = getSystemErrorCode(error);
    throw new CredWatchError(
      code === 'ENOENT'
        ? `the scenario file ${file} does not exist`
        : `could not read the scenario file ${file}: ${describeSystemError(error)}`,
      'name a JSON file, or a scenario that `cred-watch simulate --help` lists',
      { cause: error },
    );
  }
  if (length <= MAX_FILE_BYTES) return new TextDecoder().decode(bytes.subarray(0, length));
  throw new CredWatchError(
    `the scenario file ${file} is larger than ${MAX_FILE_BYTES / 1024} KiB`,
    'check that the file is a scenario',
  );
}

function parseScenario(name: string, document: unknown): Scenario {
  const { steps, ...scenario } = addContext(`scenario ${name}`, () => parseFields(document));
  const faults = steps.map((step, index) =>
    addContext(`scenario ${name}, step ${index + 1}`, () => parseStep(step)),
  );
  return { name, ...scenario, faults };
}

/** Puts `context` before the message of an error. */
function addContext<T>(context: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    throw new CredWatchError(`${context}: ${error.message}`, error.hint, { cause: error });
  }
}

function parseFields(document: unknown) {
  if (!isObject(document)) {
    throw new CredWatchError('the document is not a JSON object', `write {"steps": [${STEP_EXAMPLE}]}`);
  }
  // The title is shown only for built-in scenarios, whose file is imported directly.
  const { title = '', description = '', steps = [], ...others } = document;
  if (typeof title !== 'string') throw new CredWatchError("'title' is not text", QUOTE_IT);
  if (typeof description !== 'string') throw new CredWatchError("'description' is not text", QUOTE_IT);
  const settings = new Map<ScenarioSetting, string>();
  for (const [key, value] of Object.entries(others)) {
    const setting = SCENARIO_SETTINGS.find((known) => known === key.replaceAll('_', '-'));
    if (setting === undefined) {
      const names = SCENARIO_SETTINGS.join(', ').replaceAll('-', '_');
      throw new CredWatchError(`unknown field '${key}'`, `use title, description, steps, ${names}`);
    }
    settings.set(setting, toText(key, value));
  }
  if (!Array.isArray(steps)) {
    throw new CredWatchError("'steps' is not a list", `write "steps": [${STEP_EXAMPLE}]`);
  }
  if (steps.length > MAX_STEPS) {
    throw new CredWatchError(`'steps' has ${steps.length} entries`, `use at most ${MAX_STEPS}`);
  }
  return { description, settings, steps };
}

function parseStep(step: unknown): Fault {
  if (!isObject(step)) throw new CredWatchError('the step is not an object', `write ${STEP_EXAMPLE}`);
  const { fault, why: _comment, ...others } = step;
  if (typeof fault !== 'string' && typeof fault !== 'number') {
    throw new CredWatchError("'fault' is missing", `write ${STEP_EXAMPLE}`);
  }
  const conditions = new Map<string, string>();
  for (const [key, value] of Object.entries(others)) {
    if (!FAULT_CONDITIONS.some((condition) => condition === key)) {
      throw new CredWatchError(`unknown field '${key}'`, `use fault, why, ${FAULT_CONDITIONS.join(', ')}`);
    }
    conditions.set(key, toText(key, value));
  }
  return buildFault(String(fault), conditions);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Accepts numbers too: users write a share or a status without quotes. */
function toText(key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new CredWatchError(`'${key}' is not text`, QUOTE_IT);
}
