import { type Command, Option } from 'commander';
import { type SeriesPart, SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import { joinWords } from '../../report/text/format-values.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import type { ReadSeriesNames } from '../../watch/stored-report.ts';
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
    .option('--host <name>', 'only this host (default: all hosts; $CRED_WATCH_HOST selects none)')
    .addOption(new Option('--source <name>', 'only this source').choices(SOURCE_NAMES))
    .option('--role <name>', 'only this role')
    .option('--since <time>', 'from this time: 2026-01-31, 2026-01-31T12:00:00Z, or 7d for seven days ago')
    .option('--until <time>', 'up to this time')
    .addOption(createReadDatabaseFlag());
}

const PARTS = ['host', 'source', 'role'] as const satisfies readonly SeriesPart[];
const PERIOD = ['since', 'until'] as const;

/** The hint if it is unknown which filter is wrong. */
export const describeFilters = (filter: SeriesFilter): string =>
  describeRemoval(filter, [...PARTS, ...PERIOD]);

function describeRemoval(filter: SeriesFilter, names: readonly (keyof SeriesFilter)[]): string {
  const given = names.filter((name) => filter[name] !== undefined).map((name) => `--${name}`);
  return `remove ${joinWords(given, 'or')}`;
}

/** Further names are only counted. */
const MAX_NAMES = 8;

/** Names in a hint. */
export function formatNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The first part of a selection that no stored series has, in the selection before it. */
export interface MissingPart {
  part: SeriesPart;
  /** The selection that has samples. */
  within: SeriesFilter;
  /** What the series have instead. None: their samples state no role. */
  names: readonly string[];
}

/** Null if the names do not explain an empty selection. */
export function findMissingPart(filter: SeriesFilter, readNames: ReadSeriesNames): MissingPart | null {
  const within: SeriesFilter = {};
  for (const part of PARTS) {
    const wanted = filter[part];
    if (wanted === undefined) continue;
    const names = readNames(part, within);
    const hasNoRole = part === 'role' && names.length === 0 && readNames('host', within).length > 0;
    if (hasNoRole || (names.length > 0 && !names.includes(wanted))) return { part, within, names };
    Object.assign(within, { [part]: wanted });
  }
  return null;
}

/** The hint for a missing part: the names that the database has. */
export function describeMissingPart({ part, within, names }: MissingPart): string {
  const owner = describeSelection(within);
  const of = owner === '' ? '' : ` of ${owner}`;
  if (names.length === 0) return `remove --role: the samples${of} have no role`;
  return `${part}s with samples${of}: ${formatNames(names)}`;
}

/** The hint if the filters select no samples. */
export function describeEmptySelection(filter: SeriesFilter, readNames: ReadSeriesNames): string {
  const missing = findMissingPart(filter, readNames);
  if (missing !== null) return describeMissingPart(missing);
  const hasPeriod = PERIOD.some((name) => filter[name] !== undefined);
  return hasPeriod ? describeRemoval(filter, PERIOD) : describeFilters(filter);
}

/** `host web-1, source imds and role app`. Empty if nothing is selected. */
export const describeSelection = (filter: SeriesFilter): string =>
  joinWords(PARTS.flatMap((part) => (filter[part] === undefined ? [] : [`${part} ${filter[part]}`])));
