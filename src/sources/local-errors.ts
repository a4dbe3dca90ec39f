/** Errors of this process and not of the endpoint. As failed polls they would falsify the statistics. */
import { CredWatchError, getSystemErrorCode } from '../errors.ts';

const FILES = 'raise the limit of open files (`ulimit -n`, LimitNOFILE=)';
const MEMORY = 'free memory, or raise the limit of memory (`ulimit -v`, MemoryMax=)';

/** Texts by the code of the system error. */
const LOCAL_ERRORS: Readonly<Record<string, { message: string; hint: string }>> = {
  EMFILE: { message: 'this process has too many open files', hint: FILES },
  ENFILE: { message: 'the system has too many open files', hint: 'close other programs' },
  ENOMEM: { message: 'the system has no memory left', hint: MEMORY },
  ENOBUFS: { message: 'the system has no memory left for network buffers', hint: MEMORY },
  EAGAIN: {
    message: 'this user has too many processes',
    hint: 'raise the limit of processes (`ulimit -u`, TasksMax=)',
  },
};

/** The error to show if this process or the system caused `error`, else null. */
export function findLocalError(error: unknown): CredWatchError | null {
  if (error instanceof CredWatchError) return error;
  const code = getSystemErrorCode(error) ?? '';
  const local = LOCAL_ERRORS[code];
  if (local !== undefined)
    return new CredWatchError(`${local.message} (${code})`, local.hint, { cause: error });
  // undici parses HTTP with WebAssembly, whose memory reserves 10 GB of address space.
  if (!(error instanceof Error && error.message.startsWith('WebAssembly'))) return null;
  const hint =
    error instanceof ReferenceError
      ? 'run node without --jitless, and a systemd unit without MemoryDenyWriteExecute='
      : 'allow 12 GB of address space (`ulimit -v`, LimitAS=), or set NODE_OPTIONS=--disable-wasm-trap-handler';
  return new CredWatchError('HTTP needs WebAssembly, which this process cannot use', hint, { cause: error });
}

/** @throws CredWatchError if this process or the system caused the error */
export function throwIfLocal(error: unknown): void {
  const local = findLocalError(error);
  if (local !== null) throw local;
}
