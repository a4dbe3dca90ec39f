import type { GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';
import { parseName } from '../flags/value-parsers.ts';

/** Parses `role`, `source` or the name of a tag. `tag:role` is the tag with this name. */
export function parseGroupBy(text: string): GroupBy {
  const name = parseName(text);
  if (name.includes('='))
    throw new InvalidValueError(
      'has a value, and groups are all values of a tag',
      `use --group-by ${name.replace(/=.*/s, '')}`,
    );
  if (name === 'role' || name === 'source') return { kind: name };
  return { kind: 'tag', name: name.startsWith('tag:') ? parseName(name.slice('tag:'.length)) : name };
}
