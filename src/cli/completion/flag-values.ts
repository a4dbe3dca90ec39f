import type { Command, Option } from 'commander';
import { SOURCE_NAMES } from '../../domain/model.ts';
import { EXPECTED_PROVIDERS } from '../../domain/provider-chain/expectation.ts';
import { REPORT_FORMATS } from '../../report/formats.ts';
import { SHAPES } from '../../server/endpoint-request.ts';
import { FAULT_DEFINITIONS } from '../../server/faults/fault-definitions.ts';
import { FAULT_CONDITIONS } from '../../server/faults/parse-fault.ts';
import { BUILT_IN_SCENARIOS } from '../../server/faults/scenario.ts';
import { VARIANTS } from '../../server/variants.ts';
import { SOURCE_KINDS } from '../../sources/source.ts';
import { EXPECTATION_KEYS } from '../flags/expectation-flag.ts';

/** A word that the shell offers, and the description next to it. */
export type Candidate = readonly [word: string, description?: string | undefined];

/** Reads names that only this machine knows. Resolves to no names on any error. */
export type LocalNameReader = (kind: 'host' | 'role' | 'job' | 'profile') => Promise<readonly string[]>;

/** Words, or a file name after this part of the typed text. */
export type FlagValues = { words: readonly Candidate[] } | { files: string };

type ValueFinder = (typed: string, names: LocalNameReader) => FlagValues | Promise<FlagValues>;

/** Flags that do not declare their values. A key may start with the name of a command. */
const VALUE_FINDERS: Readonly<Record<string, ValueFinder>> = {
  'report --format': (typed) => {
    const [name] = /^[^=]*=/.exec(typed) ?? [];
    if (name !== undefined) return { files: name };
    return {
      words: Object.entries(REPORT_FORMATS).map(([format, { description }]) => [format, description]),
    };
  },
  '--group-by': () => toWords(['role', 'source']),
  '--host': async (_, names) => toWords(await names('host')),
  '--role': async (_, names) => toWords(await names('role')),
  '--job': async (_, names) => toWords(await names('job')),
  '--profile': async (_, names) => toWords(await names('profile')),
  '--timezone': async () => {
    const { listZoneNames } = await import('../../domain/time/time-zone.ts');
    return toWords(['UTC', 'local', ...listZoneNames()]);
  },
  '--shape': (typed) => {
    const before = cutAfterLastComma(typed);
    const others = SHAPES.filter((shape) => !before.split(',').includes(shape));
    return toWords(others.map((shape) => before + shape));
  },
  '--serve': async (typed, names) => {
    const [, name, source, value] = /^([^=]+=)([^:]*)(:)?/.exec(typed) ?? [];
    if (name === undefined) return { words: [] };
    if (value === undefined)
      return { words: SOURCE_NAMES.map((each) => [`${name}${each}`, SOURCE_KINDS[each].description]) };
    if (source !== 'profile' && source !== 'sso') return { words: [] };
    return toWords((await names('profile')).map((profile) => `${name}${source}:${profile}`));
  },
  '--fault': (typed) => {
    const before = cutAfterLastComma(typed);
    if (before !== '') {
      const others = FAULT_CONDITIONS.filter((name) => !before.includes(`,${name}=`));
      return toWords(others.map((name) => `${before}${name}=`));
    }
    const faults = Object.entries(FAULT_DEFINITIONS);
    // Adds `=` only if the fault requires a value.
    const toWord = (kind: string, syntax: string) => (syntax.startsWith(`${kind}=`) ? `${kind}=` : kind);
    return { words: faults.map(([kind, { syntax, description }]) => [toWord(kind, syntax), description]) };
  },
  '--expect': (typed) => {
    const before = cutAfterLastComma(typed);
    if (before === '') return toWords(EXPECTED_PROVIDERS);
    const conditions = EXPECTATION_KEYS.filter((key) => !before.includes(`,${key}=`));
    return toWords(conditions.map((key) => `${before}${key}=`));
  },
  '--scenario': (typed) => {
    if (/[./\\]/.test(typed)) return { files: '' };
    return { words: Object.entries(BUILT_IN_SCENARIOS).map(([name, { title }]) => [name, title]) };
  },
  '--variant': (typed) => ({
    words: Object.entries(VARIANTS).flatMap(([name, { choices, description }]): Candidate[] =>
      typed.startsWith(`${name}=`)
        ? choices.map((choice) => [`${name}=${choice}`])
        : [[`${name}=`, description]],
    ),
  }),
};

/** No words if the values are not known. */
export async function listFlagValues(
  { long = '', flags, argChoices }: Option,
  command: Command | null,
  typed: string,
  names: LocalNameReader,
): Promise<FlagValues> {
  const findValues = VALUE_FINDERS[`${command?.name()} ${long}`] ?? VALUE_FINDERS[long];
  if (findValues !== undefined) return findValues(typed, names);
  if (argChoices === undefined) return findArgumentValues(/<(.*)>/.exec(flags)?.[1]);
  const described: Readonly<Record<string, { description: string }>> =
    long === '--source' ? SOURCE_KINDS : {};
  return { words: argChoices.map((value) => [value, described[value]?.description]) };
}

/** @param name of a value in the help: `-o, --output <file>` */
export const findArgumentValues = (name: string | undefined): FlagValues =>
  name === 'file' || name === 'path' ? { files: '' } : { words: [] };

export const toWords = (words: readonly string[]): FlagValues => ({ words: words.map((word) => [word]) });

const cutAfterLastComma = (typed: string) => typed.slice(0, typed.lastIndexOf(',') + 1);
