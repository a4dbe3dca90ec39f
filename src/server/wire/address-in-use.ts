import { CredWatchError } from '../../errors.ts';
import type { ListenAddress } from './listen-address.ts';

/** Another program listens on the address. The caller can ask that program who it is. */
export class AddressInUseError extends CredWatchError {
  readonly target: ListenAddress | { path: string };

  constructor(
    message: string,
    hint: string,
    { target, cause }: { target: ListenAddress | { path: string }; cause?: unknown },
  ) {
    super(message, hint, { cause });
    this.target = target;
  }
}
