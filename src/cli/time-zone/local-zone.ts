import { readFile, realpath } from 'node:fs/promises';
import { formatOffset } from '../../domain/time/zone-offsets.ts';

/** A zone with a constant offset, as POSIX writes it: `JST-9`, `<+0530>-5:30`. Its sign is the opposite of ours. */
const POSIX_ZONE = /^(?:[A-Za-z]{3,}|<[\w+-]+>)([+-]?)(\d{1,2})(?::(\d\d))?$/;

const LOCAL_TIME_FILE = '/etc/localtime';

/**
 * The name or the offset of the local zone; null if it has none. Intl reads TZ only at the start, and does not know
 * `TZ=:/etc/localtime`, which many servers set.
 */
export async function findLocalZone(tz: string | undefined): Promise<string | null> {
  if (tz === undefined) return findSystemZone();
  const text = tz.replace(/^:/, '');
  if (text === '') return 'UTC';
  if (text.startsWith('/')) return findZoneOfFile(text);
  const [, sign, hours, minutes] = POSIX_ZONE.exec(text) ?? [];
  if (hours === undefined) return text;
  const seconds = Number(hours) * 3600 + Number(minutes ?? 0) * 60;
  return formatOffset(sign === '-' ? seconds : -seconds);
}

/** UTC if the system has no zone, as for C programs. */
function findSystemZone(): string {
  // Undefined or `Etc/Unknown` without data of time zones.
  const name: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return name === undefined || name === 'Etc/Unknown' ? 'UTC' : name;
}

/** The path of a file with the rules of a zone ends with the name of the zone. Null if the path does not. */
async function findZoneOfFile(file: string): Promise<string | null> {
  const path = await realpath(file).catch(() => null);
  const [, name] = /\/zoneinfo(?:[.-]\w+)?\/(?:posix\/|right\/)?(.+)$/.exec(path ?? '') ?? [];
  if (name !== undefined || file !== LOCAL_TIME_FILE) return name ?? null;
  // C programs use UTC if the file is missing.
  if (path === null) return 'UTC';
  // A copy instead of a link. Debian also writes the name.
  const text = await readFile('/etc/timezone', 'utf8').catch(() => '');
  return text.trim() || null;
}
