import { findSimilarWords } from '../../domain/similar-words.ts';
import { listZoneNames, openTimeZone } from '../../domain/time/time-zone.ts';
import type { TimeZone } from '../../domain/time/zone-offsets.ts';
import { CredWatchError } from '../../errors.ts';
import type { Io } from '../process/io.ts';
import { findLocalZone } from './local-zone.ts';

/**
 * @param text the value of `--timezone`
 * @throws CredWatchError if the zone is unknown
 */
export async function readTimeZone(text: string, io: Pick<Io, 'env'>): Promise<TimeZone> {
  const value = text.trim();
  if (value.toLowerCase() === 'local') return readLocalZone(io);
  const zone = openTimeZone(value);
  if (zone !== null) return zone;
  throw new CredWatchError(
    `--timezone '${text}' is not a time zone`,
    `${askForSimilarZones(value)}use UTC, local, an offset like -05:00, or a name like America/New_York`,
  );
}

async function readLocalZone({ env }: Pick<Io, 'env'>): Promise<TimeZone> {
  const name = await findLocalZone(env.TZ);
  const zone = name === null ? null : openTimeZone(name);
  if (zone !== null) return zone;
  throw new CredWatchError(
    `--timezone local needs the name of the local zone, and TZ is '${env.TZ}'`,
    'set TZ to a name like America/New_York, or give the name with --timezone',
  );
}

/** `CST` and `IST` mean different zones in different countries. */
const ABBREVIATION = /^[A-Z]{2,5}$/i;

/** `did you mean Europe/Berlin? `, also for the name of a city; empty if no name is similar. */
function askForSimilarZones(text: string): string {
  const word = text.replaceAll(' ', '_').toLowerCase();
  const names = new Map(listZoneNames().map((name) => [name.toLowerCase(), name]));
  const cities = [...names.keys()].filter((name) => name.endsWith(`/${word}`));
  const similar = cities.length > 0 ? cities : findSimilarWords(word, [...names.keys()]);
  if (similar.length > 0) return `did you mean ${similar.map((name) => names.get(name)).join(' or ')}? `;
  return ABBREVIATION.test(text) ? 'an abbreviation can mean several zones; ' : '';
}
