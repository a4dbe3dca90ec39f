import { systemClock } from '../../clock.ts';
import type { GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { FLEET_FORMATS } from '../../report/fleet/formats.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { StoredReportOptions } from '../../watch/stored-report.ts';
import type { DatabaseContext } from '../database/database-location.ts';
import { describeMissingDatabase } from '../database/missing-database.ts';
import { FILE_STYLE } from '../process/io.ts';
import { isPeriod, readFleet } from './read-fleet.ts';

interface LiveFleetRequest {
  format: 'html' | 'json' | 'prometheus';
  database: string;
  standalone?: Pick<DatabaseContext, 'env' | 'home'>;
  options: StoredReportOptions;
  groupBy: GroupBy | null;
  refreshSeconds: Seconds;
  times: TimeFormat;
  nodeVersion: string;
}

/**
 * Renders the fleet of a database for the server of `report --listen`.
 * @throws CredWatchError if the database cannot be read
 */
export async function renderLiveFleet(request: LiveFleetRequest): Promise<string> {
  const { format, database, standalone, options, groupBy, refreshSeconds, nodeVersion, times } = request;
  const context = { env: {}, home: '', ...standalone, clock: systemClock, random: Math.random };
  const { fleet, hasDatabase } = await readFleet({ location: database, options, groupBy }, context);
  if (!hasDatabase) {
    const hint = 'record samples with `cred-watch poll`';
    throw new CredWatchError(`no samples: ${describeMissingDatabase(database)}`, hint);
  }
  const text: string | Iterable<string> = await FLEET_FORMATS[format](fleet, {
    ...{
      ...FILE_STYLE,
      now: options.now,
      times,
      margin: options.margin,
      top: null,
      nodeVersion,
      refreshSeconds,
    },
    version: CRED_WATCH_VERSION,
    isPeriodOfStoredValues: isPostgresUrl(database) && isPeriod(options.filter),
  });
  return typeof text === 'string' ? text : [...text].join('');
}
