import { type Command, Option } from 'commander';
import { SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { ignoreVariable } from './environment/flag-variables.ts';
import { createReadDatabaseFlag } from './shared-flags.ts';

/** Flags that select series in a database. Times stay text, because parsing `7d` needs the current time. */
export interface SelectionFlags {
  host?: string;
  source?: SourceName;
  role?: string;
  since?: string;
  until?: string;
  db?: string;
}

export function addSelectionFlags(command: Command): Command {
  // The value of other commands for any source.
  ignoreVariable(command, '--source', (text) => text === 'auto');
  return command
    .option('--host <name>', 'only this host')
    .addOption(new Option('--source <name>', 'only this source').choices(SOURCE_NAMES))
    .option('--role <name>', 'only this role')
    .option('--since <time>', 'from this time: 2026-01-31, 2026-01-31T12:00:00Z, or 7d for seven days ago')
    .option('--until <time>', 'up to this time')
    .addOption(createReadDatabaseFlag());
}

/** The hint if the selection is empty. */
export const REMOVE_FILTERS = 'remove --host, --source, --role, --since or --until';

/** Further names are only counted. */
const MAX_NAMES = 8;

/** Names in a hint. */
export function formatNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * The hint if the filters select no samples.
 * @param readNames the names of all hosts or roles with samples
 */
export function describeEmptySelection(
  filter: Pick<SeriesFilter, 'host' | 'role'>,
  readNames: (part: 'host' | 'role') => readonly string[],
): string {
  for (const part of ['host', 'role'] as const) {
    const wanted = filter[part];
    const names = wanted === undefined ? [] : readNames(part);
    if (wanted !== undefined && names.length > 0 && !names.includes(wanted))
      return `${part}s with samples: ${formatNames(names)}`;
  }
  return REMOVE_FILTERS;
}
