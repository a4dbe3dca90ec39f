import { CredWatchError } from '../../../errors.ts';
import { ConditionsNotSupported, type ObjectStore } from '../../../remote/object-storage/object-store.ts';
import type { Outbox } from '../../../store/contract.ts';

/**
 * Marks a folder or a prefix as ours. Athena, Redshift Spectrum, Spark and pyarrow ignore names that begin with an underscore.
 */
export const MARKER_KEY = '_cred-watch-export.json';

/** Version 1 is an export with one file per series and month. */
const CONTENT = { schema_version: 2, format: 'parquet', layout: 'days' };

/** Whether a write can depend on the version of the object. */
export type Conditions = 'conditional' | 'unconditional';

/** True if the text is the marker of a destination of `push`. */
export function isPushMarker(text: string): boolean {
  try {
    const { schema_version: version, layout } = JSON.parse(text) ?? {};
    return version === CONTENT.schema_version && layout === CONTENT.layout;
  } catch {
    return false;
  }
}

/**
 * Checks that the destination belongs to `push`. Without a marker, the destination is new or was emptied: creates the
 * marker, and forgets everything that the outbox has confirmed.
 * @throws CredWatchError if the destination has an export
 */
export async function openDestinationStore(
  objects: ObjectStore,
  outbox: Outbox,
  signal: AbortSignal,
): Promise<Conditions> {
  const marker = await objects.get(MARKER_KEY, signal);
  if (marker === null) {
    for (const kind of ['object', 'host'] as const)
      outbox.forget([...outbox.readDigests(kind).keys()].map((key) => ({ kind, key })));
  } else if (!isPushMarker(Buffer.from(marker.content).toString('utf8'))) {
    throw new CredWatchError(
      `${objects.name} has a Parquet export, or objects of another version`,
      'push to another folder or prefix',
    );
  }
  const known = outbox.find('object', MARKER_KEY);
  if (known === 'conditional' || known === 'unconditional') return known;
  const conditions = await probeConditions(objects, signal);
  outbox.confirm([{ kind: 'object', key: MARKER_KEY, digest: conditions }]);
  return conditions;
}

/** A version that no object has. */
const NO_VERSION = '"00000000000000000000000000000000"';

/** Writes the marker. Services that do not know conditions ignore or reject them. */
async function probeConditions(objects: ObjectStore, signal: AbortSignal): Promise<Conditions> {
  const content = Buffer.from(`${JSON.stringify(CONTENT, null, 2)}\n`);
  const put = (replaced: 'none' | 'any' | { version: string }) =>
    objects.put(MARKER_KEY, content, replaced, signal);
  try {
    await put('none');
    const isRefused = (await put('none')) === null && (await put({ version: NO_VERSION })) === null;
    return isRefused ? 'conditional' : 'unconditional';
  } catch (error) {
    if (!(error instanceof ConditionsNotSupported)) throw error;
    await put('any');
    return 'unconditional';
  }
}
