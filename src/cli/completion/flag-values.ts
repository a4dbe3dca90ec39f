import type { Command, Option } from 'commander';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { SHAPES } from '../../server/endpoint-request.ts';
import { BUILT_IN_SCENARIOS } from '../../server/faults/built-in-scenarios.ts';
import { FAULT_DEFINITIONS } from '../../server/faults/fault-definitions.ts';
import { FAULT_CONDITIONS } from '../../server/faults/parse-fault.ts';
import { VARIANTS } from '../../server/variants.ts';
import { SOURCE_KINDS } from '../../sources/source.ts';

/** A word that the shell offers. */
export interface Candidate {
  value: string;
  /** Shown next to the word; may be `''`. */
  description: string;
}

/** Reads names that only this machine knows. Resolves to no names on any error. */
export type LocalNameReader = (kind: 'host' | 'role' | 'job' | 'profile') => Promise<readonly string[]>;

/** Values of a flag: words, or a file name after this part of the typed text. */
export type FlagValues = { words: readonly Candidate[] } | { files: string };

/** Null to use the choices that the flag declares. */
type ValueFinder = (typed: string, names: LocalNameReader) => FlagValues | null | Promise<FlagValues>;

/** Flags that do not declare their values. A key may start with the name of a command. */
const VALUE_FINDERS: Readonly<Record<string, ValueFinder>> = {
  'report --format': (typed) => {
    const [, name] = /^([^=]*=)/.exec(typed) ?? [];
    if (name !== undefined) return { files: name };
    const formats = Object.entries(REPORT_FORMATS);
    return { words: formats.map(([value, { description }]) => ({ value, description })) };
  },
  '--host': async (_, names) => toWords(await names('host')),
  '--role': async (_, names) => toWords(await names('role')),
  '--job': async (_, names) => toWords(await names('job')),
  '--profile': async (_, names) => toWords(await names('profile')),
  '--timezone': () => toWords(['UTC', 'local', ...Intl.supportedValuesOf('timeZone')]),
  '--shape': (typed) => {
    const before = upToLastComma(typed);
    const others = SHAPES.filter((shape) => !before.split(',').includes(shape));
    return toWords(others.map((shape) => before + shape));
  },
  '--fault': (typed) => {
    const before = upToLastComma(typed);
    if (before === '') {
      const faults = Object.entries(FAULT_DEFINITIONS);
      return {
        words: faults.map(([kind, { syntax, description }]) => toFault(kind, syntax, description)),
      };
    }
    const others = FAULT_CONDITIONS.filter((name) => !before.includes(`,${name}=`));
    return toWords(others.map((name) => `${before}${name}=`));
  },
  '--scenario': (typed) =>
    /[./\\]/.test(typed)
      ? { files: '' }
      : {
          words: Object.entries(BUILT_IN_SCENARIOS).map(([value, { title }]) => ({
            value,
            description: title,
          })),
        },
  '--variant': (typed) => ({
    words: Object.entries(VARIANTS).flatMap(([name, { choices, description }]) =>
      typed.startsWith(`${name}=`)
        ? choices.map((choice) => ({ value: `${name}=${choice}`, description: '' }))
        : [{ value: `${name}=`, description }],
    ),
  }),
};

/** Null if the values are not known. */
export async function findFlagValues(
  option: Option,
  command: Command | null,
  typed: string,
  names: LocalNameReader,
): Promise<FlagValues | null> {
  const { long = '', flags, argChoices } = option;
  const findValues = VALUE_FINDERS[`${command?.name()} ${long}`] ?? VALUE_FINDERS[long];
  const values = await findValues?.(typed, names);
  if (values != null) return values;
  if (argChoices !== undefined) {
    const described: Readonly<Record<string, { description: string }>> =
      long === '--source' ? SOURCE_KINDS : {};
    return {
      words: argChoices.map((value) => ({ value, description: described[value]?.description ?? '' })),
    };
  }
  return isFileArgument(/<(.*)>/.exec(flags)?.[1] ?? '') ? { files: '' } : null;
}

/** @param name of a value in the help: `-o, --output <file>` */
export const isFileArgument = (name: string): boolean => name === 'file' || name === 'path';

const toWords = (values: readonly string[]): FlagValues => ({
  words: values.map((value) => ({ value, description: '' })),
});

const upToLastComma = (typed: string) => typed.slice(0, typed.lastIndexOf(',') + 1);

/** Adds `=` only if the fault requires a value. */
function toFault(kind: string, syntax: string, description: string): Candidate {
  return { value: syntax.startsWith(`${kind}=`) ? `${kind}=` : kind, description };
}
