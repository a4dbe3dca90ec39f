import { closeSync, openSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { CredWatchError, getSystemErrorCode, UnknownValueError } from '../../errors.ts';
import { parseJson } from '../parse-json.ts';
import { BUILT_IN_SCENARIOS } from './built-in-scenarios.ts';
import type { Fault } from './fault.ts';
import { buildFault, FAULT_CONDITIONS } from './parse-fault.ts';

/** A rehearsal: how the endpoint is set up, and what goes wrong with it when. */
export interface Scenario {
  name: string;
  /** What happened to whom, and what to look for. */
  description: string;
  /** Settings by the name of the flag that would win over them, with the text that it would take. */
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

/** A scenario is written by hand; anything larger is something else. */
const LARGEST = 256 * 1024;
const MOST_STEPS = 1000;

/** Those that are shipped, by name. */
export const readBuiltInScenarios = (): Scenario[] =>
  Object.entries(BUILT_IN_SCENARIOS).map(([name, document]) => readScenario(name, document));

/**
 * A shipped scenario by its name, or one in a file: whatever has a dot or a slash in it.
 * @throws CredWatchError
 */
export function openScenario(nameOrFile: string): Scenario {
  if (Object.hasOwn(BUILT_IN_SCENARIOS, nameOrFile))
    return readScenario(nameOrFile, BUILT_IN_SCENARIOS[nameOrFile]);
  if (!/[./\\]/.test(nameOrFile)) {
    throw new UnknownValueError(
      `there is no scenario '${nameOrFile}'`,
      nameOrFile,
      Object.keys(BUILT_IN_SCENARIOS),
      ', or name a JSON file',
    );
  }
  const text = read(nameOrFile);
  return readScenario(nameOrFile, parseJson(text, nameOrFile, '`cred-watch simulate --help` shows one'));
}

/** Without a byte order mark, which editors of Windows write. */
function read(file: string): string {
  const bytes = Buffer.alloc(LARGEST + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      // Until there is no more, or no room for it: a device has no end.
      for (let count = 1; count > 0; length += count) {
        count = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = getSystemErrorCode(error);
    throw new CredWatchError(
      code === 'ENOENT' ? `there is no scenario ${file}` : `the scenario ${file} cannot be read (${code})`,
      'name a JSON file, or a scenario of --help',
      { cause: error },
    );
  }
  if (length <= LARGEST) return new TextDecoder().decode(bytes.subarray(0, length));
  throw new CredWatchError(`${file} is too large for a scenario`, `use at most ${LARGEST / 1024} KiB`);
}

function readScenario(name: string, document: unknown): Scenario {
  const refuse = (where: string, what: string, hint: string): never => {
    throw new CredWatchError(`${where} of the scenario ${name} ${what}`, hint);
  };
  const top =
    objectOf(document) ?? refuse('the top', 'is not an object', 'write {"steps": [{"fault": "503"}]}');
  const { title = '', description = '', steps = [], ...rest } = top;
  if (typeof title !== 'string') refuse('title', 'is not text', 'put it in quotes');
  if (typeof description !== 'string') refuse('description', 'is not text', 'put it in quotes');
  const settings = new Map<ScenarioSetting, string>();
  for (const [key, value] of Object.entries(rest)) {
    const setting = key.replaceAll('_', '-') as ScenarioSetting;
    if (!SCENARIO_SETTINGS.includes(setting)) {
      refuse(
        `'${key}'`,
        'is not known',
        `use title, description, steps, ${SCENARIO_SETTINGS.join(', ').replaceAll('-', '_')}`,
      );
    }
    settings.set(setting, textOf(value) ?? refuse(`'${key}'`, 'is not text', 'put it in quotes'));
  }
  if (!Array.isArray(steps)) return refuse('steps', 'is not a list', 'write "steps": [{"fault": "503"}]');
  if (steps.length > MOST_STEPS) refuse('steps', 'is too long', `use at most ${MOST_STEPS}`);
  const faults = steps.map((step, index) => readStep(step, `step ${index + 1}`, name, refuse));
  return { name, description: String(description), settings, faults };
}

type Refuse = (where: string, what: string, hint: string) => never;

function readStep(step: unknown, where: string, scenario: string, refuse: Refuse): Fault {
  const fields = objectOf(step) ?? refuse(where, 'is not an object', 'write {"fault": "503", "from": "2m"}');
  const { fault, why: _why, ...rest } = fields;
  const effect = textOf(fault) ?? refuse(where, 'has no fault', 'write {"fault": "503", "from": "2m"}');
  const conditions = new Map<string, string>();
  for (const [key, value] of Object.entries(rest)) {
    if (!FAULT_CONDITIONS.some((condition) => condition === key)) {
      refuse(`'${key}' in ${where}`, 'is not known', `use fault, why, ${FAULT_CONDITIONS.join(', ')}`);
    }
    conditions.set(key, textOf(value) ?? refuse(`'${key}' in ${where}`, 'is not text', 'put it in quotes'));
  }
  try {
    return buildFault(effect, conditions);
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    throw new CredWatchError(`${where} of the scenario ${scenario}: ${error.message}`, error.hint, {
      cause: error,
    });
  }
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** Numbers are what people write for a share or a count. */
const textOf = (value: unknown) =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
