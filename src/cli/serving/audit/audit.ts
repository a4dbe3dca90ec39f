import type { Socket } from 'node:net';
import { PeerFinder } from '../../../server/serving/peer/peer-finder.ts';
import type { ServedExchange } from '../../../server/serving/served-exchange.ts';
import { resolveDatabasePath } from '../../../store/database-path.ts';
import { KeyUseRecorder } from '../../../watch/key-uses/key-use-recorder.ts';
import type { Io } from '../../process/io.ts';
import { createErrorPrinter } from '../../process/messages.ts';
import type { ServeFlags } from '../serve-flags.ts';

/** Finds the programs that send requests, and records which keys they get. */
export class Audit {
  readonly #finder: PeerFinder | null;
  readonly #recorder: KeyUseRecorder;
  /** Opens the database. Null until {@link start}. */
  #open: (() => ReturnType<ConstructorParameters<typeof KeyUseRecorder>[0]['open']>) | null = null;

  constructor(flags: Pick<ServeFlags, 'host'>, io: Io) {
    this.#finder = PeerFinder.open(io.pid);
    this.#recorder = new KeyUseRecorder({
      open: () => {
        if (this.#open === null) throw new Error('the audit has not started');
        return this.#open();
      },
      host: flags.host ?? io.machine,
      clock: io.clock,
      onError: createErrorPrinter(io),
    });
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
    this.#recorder.add({ at, role, accessKeyId, expiration, client, address, process: peer });
  }

  /** Starts to write, as the user of `io`. */
  async start(flags: Pick<ServeFlags, 'db'>, io: Io): Promise<void> {
    const { SampleStore } = await import('../../../store/sample-store.ts');
    this.#open = () => SampleStore.open(resolveDatabasePath(flags.db, io));
    this.#recorder.start();
  }

  /** Writes what has not been written. */
  async close(): Promise<void> {
    this.#finder?.close();
    await this.#recorder.close();
  }
}
