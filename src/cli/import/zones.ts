import { formatDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { SOURCE_OF_LONG_VALIDITY } from '../../report/messages/advice/long-validity.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { StagedFile } from '../../store/import/files.ts';
import { listZonesWithName } from '../../store/import/timestamps/zones.ts';
import type { SuspectedZone } from '../../store/import/zone-check.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { ImportFlags } from './import-flags.ts';

/**
 * Without `--timezone`, a zone with which a job would seem safe that is not is an error. With `--strict`, any doubtful
 * zone is an error.
 * @throws CredWatchError if another zone fits, or if the name of the zone has several meanings
 */
export function validateZones(staged: readonly StagedFile[], flags: ImportFlags): void {
  for (const file of staged) validateZone(file, flags.timezone);
  const suspicion = describeSuspicion(staged, flags);
  if (suspicion !== null && (flags.strict || (suspicion.kind === 'long' && flags.timezone === undefined)))
    throw new CredWatchError(`${suspicion.message}; nothing was written`, suspicion.hint);
}

/** Says in which zone times without a zone were read, once for all files. */
export async function printAssumedZone(
  staged: readonly StagedFile[],
  flags: ImportFlags,
  io: Io,
): Promise<void> {
  // The error about a contradiction says more.
  if (staged.some(({ conflict }) => conflict !== null)) return;
  const suspicion = describeSuspicion(staged, flags);
  if (suspicion !== null) {
    const again = flags.dryRun
      ? ''
      : '; first remove the series of this import with `cred-watch prune --remove-series`';
    await printNote(io, suspicion.message, `${suspicion.hint}${again}`);
    return;
  }
  const zoneless = staged.filter(({ zonelessSamples }) => zonelessSamples > 0);
  if (flags.timezone !== undefined || zoneless.length === 0) return;
  const hint = 'give the zone of the host, such as --timezone Europe/Berlin, or --timezone UTC';
  await printNote(io, `${nameFiles(zoneless)}: times without a zone are read as UTC`, hint);
}

/** Why the times of logs are probably in another zone, and what to do. Null without a sign of that. */
function describeSuspicion(
  staged: readonly StagedFile[],
  { timezone }: ImportFlags,
): { kind: SuspectedZone['kind']; message: string; hint: string } | null {
  // Samples that seem too late make no verdict better. With a given zone, they say nothing.
  const suspected = staged.filter(
    ({ suspectedZone }) =>
      suspectedZone !== null && (timezone === undefined || suspectedZone.kind === 'long'),
  );
  const zone = suspected[0]?.suspectedZone ?? null;
  if (zone === null) return null;
  const read = `${nameFiles(suspected)}: times without a zone are read as ${timezone ?? 'UTC'}, but`;
  const by = formatDuration(zone.seconds);
  if (zone.kind === 'late') {
    return {
      kind: zone.kind,
      message: `${read} every sample is at least ${by} after its LastUpdated, so the log probably has local time`,
      hint: `import with --timezone ${zone.zone}, best with the name of the zone, such as --timezone Europe/Berlin`,
    };
  }
  const [reading, otherwise] =
    timezone === undefined
      ? ['local time', 'give --timezone UTC if the times are UTC']
      : ['another zone', 'correct the clock of the host'];
  return {
    kind: zone.kind,
    message: `${read} credentials would be valid for up to ${by}, longer than IMDS, ECS and EKS issue them, so the log probably has ${reading}`,
    hint:
      'import with the zone of the host, best with the name of the zone, such as --timezone America/New_York; ' +
      `or ${otherwise}; or give ${SOURCE_OF_LONG_VALIDITY}`,
  };
}

/** `a.log`, or `a.log and 3 more files`. */
const nameFiles = ([first, ...others]: readonly StagedFile[]): string =>
  `${first?.name ?? ''}${others.length === 0 ? '' : ` and ${formatCount(others.length, 'more file')}`}`;

function validateZone({ name, conflict, content }: StagedFile, timezone: string | undefined): void {
  const [ambiguous] = content.ambiguousZones;
  if (ambiguous !== undefined && timezone === undefined) {
    throw new CredWatchError(
      `the timestamps of ${name} are in ${ambiguous}, which is the name of several zones; nothing was written`,
      `use --timezone with the zone of the host, such as ${listZonesWithName(ambiguous).join(' or ')}`,
    );
  }
  const [zone, ...others] = conflict?.fittingZones ?? [];
  if (conflict === null || zone === undefined) return;
  const fitting =
    others.length === 0
      ? `--timezone ${zone} resolves the contradiction`
      : `these zones fit: ${[zone, ...others].join(', ')}`;
  throw new CredWatchError(
    `the timestamps of ${name}, read as ${timezone ?? 'UTC'}, contradict its documents: ${describeConflict(conflict)}; nothing was written`,
    `${fitting}; use the zone of the host, best by its name such as America/New_York, because offsets change in summer`,
  );
}

export function describeConflict({ kind, seconds }: NonNullable<StagedFile['conflict']>): string {
  const by = formatDuration(seconds);
  return kind === 'early'
    ? `credentials were logged up to ${by} before they were issued, which is impossible`
    : `every rotation was logged at least ${by} late, which is unlikely`;
}
