import type { Instant } from '../../../domain/model.ts';
import { formatInstant } from '../../../domain/time/instant.ts';
import { formatPartition } from '../../../report/parquet/partition.ts';
import { formatHostFolder } from '../../parquet/host-folder.ts';

/** A UTC day, such as `2026-11-29`. */
export type Day = string;

export const formatDay = (instant: Instant): Day => formatInstant(instant).replace(/T.*$/, '');

const DAY_MS = 86_400_000;

/** The days before and after. */
export const findNeighbourDays = (day: Day): Day[] =>
  [-1, 1].map((step) => formatDay(Date.parse(`${day}T00:00:00Z`) + step * DAY_MS));

/** The key of the object with the rows of a host and day. */
export const formatObjectKey = (host: string, day: Day): string =>
  `${formatHostFolder(host).name}/${formatPartition('month', day.replace(/-\d\d$/, ''))}/${day}.parquet`;

/** The day of a key. Null for other objects of the destination. */
export const parseObjectKey = (key: string): { folder: string; day: Day } | null => {
  const [, folder, day] = /^(host=[^/]+)\/month=[^/]+\/([^/]+)\.parquet$/.exec(key) ?? [];
  return folder === undefined || day === undefined ? null : { folder, day };
};
