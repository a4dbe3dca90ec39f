import { findSimilarWords } from '../../domain/similar-words.ts';
import { listZoneNames, openTimeZone } from '../../domain/time/time-zone.ts';
import type { TimeZone } from '../../domain/time/zone-offsets.ts';
import { CredWatchError } from '../../errors.ts';
import { askDidYouMean } from '../../report/text/did-you-mean.ts';
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

/** The form of an abbreviation such as `CST`. */
const ABBREVIATION = /^[A-Z]{2,5}$/i;

/** `did you mean Europe/Berlin? `, also for the name of a city; empty if no name is similar. */
function askForSimilarZones(text: string): string {
  const word = text.replaceAll(' ', '_').toLowerCase();
  const names = new Map(listZoneNames().map((name) => [name.toLowerCase(), name]));
  const cities = [...names.keys()].filter((name) => name.endsWith(`/${word}`));
  const similar = cities.length > 0 ? cities : findSimilarWords(word, [...names.keys()]);
  const question = askDidYouMean(similar.flatMap((name) => names.get(name) ?? []));
  if (question !== null) return `${question} `;
  return ABBREVIATION.test(text) ? 'an abbreviation can mean several zones; ' : '';
}
