import type { Sample } from '../../../src/domain/model.ts';

/** A sample in seconds since 1970. */
export interface Poll {
  key: string;
  at: number;
  issued?: number;
  expires?: number;
  offset?: number | null;
}

export const toSample = ({ key, at, issued, expires = 100_000, offset = 0 }: Poll): Sample => ({
  accessKeyId: key,
  lastUpdated: issued === undefined ? null : issued * 1000,
  expiration: expires * 1000,
  zoneless: false,
  observedAt: at * 1000,
  clockOffset: offset,
});
