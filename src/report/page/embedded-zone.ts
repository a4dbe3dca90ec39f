import type { Span } from '../../domain/model.ts';
import {
  createRecordedZone,
  listOffsetChanges,
  type OffsetChange,
  type TimeZone,
  UTC_ZONE,
} from '../../domain/time/zone-offsets.ts';
import { createTimeFormat, type TimeFormat, UTC_TIMES } from '../text/time-format.ts';

/** The time zone of a page for its script. The browser may not know the zone, or may have other rules. */
export interface EmbeddedZone {
  name: string;
  changes: readonly OffsetChange[];
}

/** Null for UTC. */
export const embedZone = (zone: TimeZone, span: Span): EmbeddedZone | null =>
  zone.name === UTC_ZONE.name ? null : { name: zone.name, changes: listOffsetChanges(zone, span) };

export const openEmbeddedZone = (zone: EmbeddedZone | null): TimeFormat =>
  zone === null ? UTC_TIMES : createTimeFormat(createRecordedZone(zone.name, zone.changes));
