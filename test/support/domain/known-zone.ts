import { openTimeZone } from '../../../src/domain/time/time-zone.ts';
import type { TimeZone } from '../../../src/domain/time/zone-offsets.ts';

/** @throws Error for an unknown zone */
export function knownZone(name: string): TimeZone {
  const zone = openTimeZone(name);
  if (zone === null) throw new Error(`${name} is not a time zone`);
  return zone;
}
