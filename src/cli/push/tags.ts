import { findNameProblem } from '../../domain/name.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';

export interface Tag {
  name: string;
  value: string;
}

/** The parser of `NAME=VALUE`, which may be repeated with other names. */
export function parseTag(text: string, before: readonly Tag[]): Tag {
  const [, name, value] = /^([a-z][a-z0-9_-]{0,62})=([\s\S]+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidValueError(
      'is not a tag',
      'use NAME=VALUE such as team=loaders; the name has lower-case letters, digits, - and _',
    );
  }
  const problem = findNameProblem(value);
  if (problem !== null) throw new InvalidValueError('has an invalid value', problem);
  if (/,\s*[a-z][a-z0-9_-]*=/.test(value))
    throw new InvalidValueError('has several tags', 'repeat the flag: --tag env=prod --tag team=loaders');
  if (before.some((each) => each.name === name))
    throw new InvalidValueError('has a name that was given before', `give ${name} once`);
  return { name, value };
}
