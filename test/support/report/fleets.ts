import { assessFleet, type FleetOptions } from '../../../src/domain/fleet/assess-fleet.ts';
import type { AssessedFleet } from '../../../src/domain/fleet/assessed-fleet.ts';
import { collectFigures } from '../../../src/domain/fleet/collect-figures.ts';
import type { FleetHost } from '../../../src/domain/fleet/fleet-host.ts';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import type { FleetContext } from '../../../src/report/fleet/fleet-context.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { NOW } from './assessments.ts';

export const fleetOptions = (more: Partial<FleetOptions> = {}): FleetOptions => ({
  now: NOW,
  maxAge: 'default',
  jobs: [],
  confidence: null,
  minWatched: null,
  judgeRetired: false,
  needsSeries: false,
  groupBy: null,
  ...more,
});

/** The fleet of these histories. */
export const judgeFleet = (
  histories: readonly SeriesHistory[],
  more: Partial<FleetOptions> = {},
  hosts: readonly FleetHost[] = [],
): AssessedFleet =>
  assessFleet(
    {
      hosts,
      series: histories.map((each) => collectFigures(analyse(each, { now: NOW, maxAge: 'default' }))),
    },
    fleetOptions(more),
  );

export const fleetContext = (more: Partial<FleetContext> = {}): FleetContext => ({
  now: NOW,
  times: UTC_TIMES,
  margin: 300,
  version: '0.0.0',
  nodeVersion: '24.0.0',
  width: 80,
  hasColour: false,
  isAsciiOnly: false,
  top: null,
  isPeriodOfStoredValues: false,
  ...more,
});
