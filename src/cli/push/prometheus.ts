import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { readAuthorization } from '../../remote/metrics/authorization.ts';
import { ImportClient } from '../../remote/metrics/import-client.ts';
import { parseImportUrl } from '../../remote/metrics/import-url.ts';
import { readSmallFile } from '../../sources/environment/small-file.ts';
import type { PushDestination } from '../../watch/push/destination.ts';
import { MetricsDestination } from '../../watch/push/metrics/metrics-destination.ts';
import { toReportOptions } from '../flags/judging-flags.ts';
import { parseMomentFlag } from '../flags/series-filter.ts';
import type { Io } from '../process/io.ts';
import type { DestinationFlags } from './destination-target.ts';

/** Opens the destination of `--to prometheus=URL`. */
export async function openPrometheus(
  text: string,
  flags: DestinationFlags,
  io: Io,
): Promise<PushDestination> {
  const url = parseImportUrl(text);
  const { clock, env, random, machine, nodeVersion } = io;
  const authorization = await readAuthorization(url, { env, readFile: readSmallFile });
  const now = clock.now();
  const since =
    flags.since === undefined ? null : await parseMomentFlag('--since', flags.since, now, 'first');
  const {
    filter: _filter,
    now: _now,
    ...report
  } = toReportOptions({ ...flags, margin: flags.margin ?? DEFAULT_MARGIN }, {}, { now, machine });
  const client = new ImportClient({
    url,
    authorization,
    userAgent: `cred-watch/${CRED_WATCH_VERSION}`,
    clock,
    random,
    timeoutMs: flags.timeout * 1000,
  });
  const name = `prometheus=${url.href}`;
  return new MetricsDestination({ name, client, report, since, version: CRED_WATCH_VERSION, nodeVersion });
}
