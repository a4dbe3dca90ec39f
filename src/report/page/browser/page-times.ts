import { type EmbeddedZone, openEmbeddedZone } from '../embedded-zone.ts';
import { readEmbeddedJson } from './elements.ts';

const { zone = null } = readEmbeddedJson<{ zone?: EmbeddedZone }>('settings');

/** Writes times in the zone of the page, which is not the zone of the browser. */
export const pageTimes = openEmbeddedZone(zone);
