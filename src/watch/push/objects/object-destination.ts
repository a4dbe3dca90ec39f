import type { Clock } from '../../../clock.ts';
import { type ObjectStore, ObjectStoreUnavailable } from '../../../remote/object-storage/object-store.ts';
import type { SampleStore } from '../../../store/sample-store.ts';
import { formatHostFolder } from '../../parquet/host-folder.ts';
import { type PushContext, type PushDestination, PushInterrupted, type PushResult } from '../destination.ts';
import { readChangedHosts } from './changed-hosts.ts';
import { createHostRows } from './host-rows.ts';
import { MARKER_KEY, openDestinationStore } from './marker.ts';
import { type Day, parseObjectKey } from './object-keys.ts';
import { type ObjectState, parseState } from './object-state.ts';
import { HostPusher } from './push-host.ts';

export interface ObjectDestinationOptions {
  /** Of this program, for the metadata of the files. */
  version: string;
  clock: Pick<Clock, 'sleep'>;
  random: () => number;
}

/** Writes the rows of the Parquet export, one object per host and day. */
export class ObjectDestination implements PushDestination {
  readonly name: string;
  readonly #objects: ObjectStore;
  readonly #options: ObjectDestinationOptions;

  constructor(objects: ObjectStore, options: ObjectDestinationOptions) {
    this.name = objects.name;
    this.#objects = objects;
    this.#options = options;
  }

  async push(store: SampleStore, { now, signal, onProgress }: PushContext): Promise<PushResult> {
    const outbox = store.outbox(this.name);
    let sent = 0;
    try {
      const conditions = await openDestinationStore(this.#objects, outbox, signal);
      const states = groupStates(outbox.readDigests('object'));
      const { version, clock, random } = this.#options;
      const onSent = () => {
        sent += 1;
        onProgress(sent);
      };
      const push = { objects: this.#objects, outbox, conditions, signal, onSent, version, clock, random };
      for (const { host, digest, histories } of readChangedHosts(outbox, version)) {
        const rows = createHostRows(host, histories, now);
        const ofHost = states.get(formatHostFolder(host).name) ?? new Map<Day, ObjectState>();
        if (rows !== null) await new HostPusher(rows, ofHost, push).run();
        outbox.confirm([{ kind: 'host', key: host, digest }]);
      }
    } catch (error) {
      if (!(error instanceof ObjectStoreUnavailable)) throw error;
      throw new PushInterrupted(error.message, sent, { cause: error });
    }
    return { sent, rejected: [] };
  }

  close(): Promise<void> {
    return this.#objects.close();
  }
}

/** The states of the objects by the folder of the host and the day. */
function groupStates(digests: ReadonlyMap<string, string>): Map<string, Map<Day, ObjectState>> {
  const folders = new Map<string, Map<Day, ObjectState>>();
  for (const [key, digest] of digests) {
    const location = key === MARKER_KEY ? null : parseObjectKey(key);
    if (location === null) continue;
    const days = folders.get(location.folder) ?? new Map<Day, ObjectState>();
    folders.set(location.folder, days.set(location.day, parseState(digest)));
  }
  return folders;
}
