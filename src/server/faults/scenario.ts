import { closeSync, openSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { CredWatchError, getSystemErrorCode, UnknownValueError } from '../../errors.ts';
import { parseJson } from '../parse-json.ts';
import { BUILT_IN_SCENARIOS } from './built-in-scenarios.ts';
import type { Fault } from './fault.ts';
import { buildFault, FAULT_CONDITIONS } from './parse-fault.ts';

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
const LARGEST_FILE = 256 * 1024;
const MOST_STEPS = 1000;

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
  const bytes = Buffer.alloc(LARGEST_FILE + 1);
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
        : `cannot read the scenario file ${file} (${code})`,
      'name a JSON file, or a scenario that `cred-watch simulate --help` lists',
      { cause: error },
    );
  }
  if (length <= LARGEST_FILE) return new TextDecoder().decode(bytes.subarray(0, length));
  throw new CredWatchError(
    `the scenario file ${file} is larger than ${LARGEST_FILE / 1024} KiB`,
    'check that the file is a scenario',
  );
}

function parseScenario(name: string, document: unknown): Scenario {
  const fail: Fail = (problem, hint) => {
    throw new CredWatchError(`scenario ${name}: ${problem}`, hint);
  };
  const fields =
    toObject(document) ?? fail('the document is not a JSON object', `write {"steps": [${STEP_EXAMPLE}]}`);
  // The title is shown only for built-in scenarios, whose file is imported directly.
  const { title = '', description = '', steps = [], ...others } = fields;
  if (typeof title !== 'string') return fail("'title' is not text", QUOTE_IT);
  if (typeof description !== 'string') return fail("'description' is not text", QUOTE_IT);
  const settings = new Map<ScenarioSetting, string>();
  for (const [key, value] of Object.entries(others)) {
    const setting = SCENARIO_SETTINGS.find((known) => known === key.replaceAll('_', '-'));
    if (setting === undefined) {
      const names = SCENARIO_SETTINGS.join(', ').replaceAll('-', '_');
      return fail(`unknown field '${key}'`, `use title, description, steps, ${names}`);
    }
    settings.set(setting, toText(value) ?? fail(`'${key}' is not text`, QUOTE_IT));
  }
  if (!Array.isArray(steps)) return fail("'steps' is not a list", `write "steps": [${STEP_EXAMPLE}]`);
  if (steps.length > MOST_STEPS) {
    return fail(`'steps' has ${steps.length} entries`, `use at most ${MOST_STEPS}`);
  }
  const faults = steps.map((step, index) =>
    parseStep(step, (problem, hint, cause) => {
      throw new CredWatchError(`scenario ${name}, step ${index + 1}: ${problem}`, hint, { cause });
    }),
  );
  return { name, description, settings, faults };
}

/** Throws an error that names the scenario, and the step if the problem is in a step. */
type Fail = (problem: string, hint: string | undefined, cause?: unknown) => never;

function parseStep(step: unknown, fail: Fail): Fault {
  const fields = toObject(step) ?? fail('the step is not an object', `write ${STEP_EXAMPLE}`);
  const { fault, why: _comment, ...others } = fields;
  const effect = toText(fault) ?? fail("'fault' is missing", `write ${STEP_EXAMPLE}`);
  const conditions = new Map<string, string>();
  for (const [key, value] of Object.entries(others)) {
    if (!FAULT_CONDITIONS.some((condition) => condition === key)) {
      fail(`unknown field '${key}'`, `use fault, why, ${FAULT_CONDITIONS.join(', ')}`);
    }
    conditions.set(key, toText(value) ?? fail(`'${key}' is not text`, QUOTE_IT));
  }
  try {
    return buildFault(effect, conditions);
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    return fail(error.message, error.hint, error);
  }
}

function toObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** Accepts numbers too: users write a share or a status without quotes. Returns null for other values. */
const toText = (value: unknown) =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
