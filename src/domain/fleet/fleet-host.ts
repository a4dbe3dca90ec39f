import type { Instant } from '../model.ts';
import type { SeriesSpan } from '../verdict/figures/choose-series.ts';
import type { SeriesFigures } from './series-figures.ts';

/** A host of a fleet. */
export interface FleetHost {
  host: string;
  /** By name. */
  tags: Readonly<Record<string, string>>;
  /** When the host last pushed its history. Null in a local database. */
  pushedAt: Instant | null;
}

/** What a fleet report reads. Figures are read one after the other, because a fleet has ten thousands of series. */
export interface StoredFleet {
  /** Hosts with tags or pushes. Other hosts are known from their series. */
  hosts: readonly FleetHost[];
  /** The newest known offset of the host's clock is part of the figures. */
  series: Iterable<SeriesFigures>;
  /** Series that the user did not select, and that may have replaced a selected series. */
  unselected?: readonly SeriesSpan[];
  /** What was last seen before this time was deleted. Null if nothing was deleted. */
  deletedBefore?: Instant | null;
}
