import { findNameProblem } from '../../domain/name.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';

export interface Tag {
  name: string;
  value: string;
}

/** The parser of `NAME=VALUE`. */
export function parseTag(text: string): Tag {
  const [, name, value] = /^([a-z][a-z0-9_-]{0,62})=([\s\S]+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidValueError(
      'is not a tag',
      'use NAME=VALUE such as team=loaders; the name has lower-case letters, digits, - and _',
    );
  }
  const problem = findNameProblem(value);
  if (problem !== null) throw new InvalidValueError('has an invalid value', problem);
  return { name, value };
}
