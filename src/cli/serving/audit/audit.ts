import type { Socket } from 'node:net';
import { PeerFinder } from '../../../server/serving/peer/peer-finder.ts';
import type { ServedExchange } from '../../../server/serving/served-exchange.ts';
import { KeyUseRecorder } from '../../../watch/key-uses/key-use-recorder.ts';
import { resolveDatabaseFile } from '../../database/database-location.ts';
import type { Io } from '../../process/io.ts';
import { createErrorPrinter } from '../../process/messages.ts';
import type { ServeFlags } from '../serve-flags.ts';

/** Finds the programs that send requests, and records which keys they get. */
export class Audit {
  readonly #flags: Pick<ServeFlags, 'host' | 'db'>;
  readonly #finder: PeerFinder | null;
  /** Null until {@link start}. */
  #recorder: KeyUseRecorder | null = null;

  constructor(flags: Pick<ServeFlags, 'host' | 'db'>, io: Io) {
    this.#flags = flags;
    this.#finder = PeerFinder.open(io.pid);
  }

  /** Null on systems that do not show processes. */
  get findPeer() {
    const finder = this.#finder;
    return finder === null ? null : (socket: Socket) => finder.find(socket);
  }

  onExchange({ at, role, client, connection, peer, credentials }: ServedExchange): void {
    if (role === null || credentials === null) return;
    const { loggedKeyId: accessKeyId, expiration } = credentials;
    const address = connection.remoteAddress;
    this.#recorder?.add({ at, role, accessKeyId, expiration, client, address, process: peer });
  }

  /** Starts to record, as the user of `io`. Must be called before any key is served. */
  async start(io: Io): Promise<void> {
    const { SampleStore } = await import('../../../store/sample-store.ts');
    const { host, db } = this.#flags;
    this.#recorder = new KeyUseRecorder({
      open: () => SampleStore.open(resolveDatabaseFile(db, io)),
      host: host ?? (io.env.CRED_WATCH_HOST || io.machine),
      clock: io.clock,
      onError: createErrorPrinter(io),
    });
    this.#recorder.start();
  }

  /** Records the last responses. */
  async close(): Promise<void> {
    this.#finder?.close();
    await this.#recorder?.close();
  }
}
