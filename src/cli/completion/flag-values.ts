import type { Command, Option } from 'commander';
import { SHAPES } from '../../server/endpoint-request.ts';
import { BUILT_IN_SCENARIOS } from '../../server/faults/built-in-scenarios.ts';
import { FAULT_DEFINITIONS } from '../../server/faults/fault-definitions.ts';
import { FAULT_CONDITIONS } from '../../server/faults/parse-fault.ts';
import { VARIANTS } from '../../server/variants.ts';
import type { Candidate } from './candidate.ts';

/** Names that only this machine knows. Whatever goes wrong with finding them out, there are none. */
export type LocalNameReader = (kind: 'host' | 'role' | 'job' | 'profile') => Promise<readonly string[]>;

/** What a flag may be: words, or a file behind so much of what was typed. */
export type FlagValues = { words: readonly Candidate[] } | { files: string };

/** Null: what the flag itself says of its choices. */
type Source = (typed: string, names: LocalNameReader) => FlagValues | null | Promise<FlagValues>;

/** Where the flags alone do not tell. Those of one command go by both names. */
const SOURCES: Readonly<Record<string, Source>> = {
  'report --format': (typed) => {
    const [, name] = /^([^=]*=)/.exec(typed) ?? [];
    return name === undefined ? null : { files: name };
  },
  '--host': async (_, names) => plainly(await names('host')),
  '--role': async (_, names) => plainly(await names('role')),
  '--job': async (_, names) => plainly(await names('job')),
  '--profile': async (_, names) => plainly(await names('profile')),
  '--timezone': () => plainly(['UTC', 'local', ...Intl.supportedValuesOf('timeZone')]),
  '--shape': (typed) => {
    const before = upTo(',', typed);
    const rest = SHAPES.filter((shape) => !before.split(',').includes(shape));
    return plainly(rest.map((shape) => before + shape));
  },
  '--fault': (typed) => {
    const before = upTo(',', typed);
    if (before === '')
      return {
        words: Object.entries(FAULT_DEFINITIONS).map(([kind, { syntax, description }]) =>
          fault(kind, syntax, description),
        ),
      };
    const left = FAULT_CONDITIONS.filter((name) => !before.includes(`,${name}=`));
    return plainly(left.map((name) => `${before}${name}=`));
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

/** Null where nobody can know. */
export async function findFlagValues(
  option: Option,
  command: Command | null,
  typed: string,
  names: LocalNameReader,
): Promise<FlagValues | null> {
  const source = SOURCES[`${command?.name()} ${option.long}`] ?? SOURCES[option.long ?? ''];
  const values = await source?.(typed, names);
  if (values != null) return values;
  if (option.argChoices !== undefined) return plainly(option.argChoices);
  return isFileArgument(/<(.*)>/.exec(option.flags)?.[1] ?? '') ? { files: '' } : null;
}

/** By the name that help gives a value. */
export const isFileArgument = (name: string): boolean => name === 'file' || name === 'path';

const plainly = (values: readonly string[]): FlagValues => ({
  words: values.map((value) => ({ value, description: '' })),
});

const upTo = (separator: string, typed: string) => typed.slice(0, typed.lastIndexOf(separator) + 1);

/** A value that may be left out is left to whoever wants one. */
function fault(kind: string, form: string, description: string): Candidate {
  return { value: form.startsWith(`${kind}=`) ? `${kind}=` : kind, description };
}
