import { type KeyUse, type KeyUser, OTHER_USERS } from '../../domain/keys/key-use.ts';
import type { Instant } from '../../domain/model.ts';
import { redactSecretWords } from '../../key-id.ts';
import { parseClientName } from '../../server/client-name.ts';

/** One response with a key. */
export interface ServedKey extends KeyUser {
  at: Instant;
  /** The name of the role. */
  role: string;
  accessKeyId: string;
  expiration: Instant;
}

/** Limits the memory if clients send random names, or if the disk is full. Further users of a key are counted together. */
const MAX_USERS = 1000;

const MAX_PROGRAM_LENGTH = 1000;

/** Adds up responses by key and user, until they are written to the database. */
export class PendingUses {
  /** In the order of the first responses, because the database counts the first users of a key separately. */
  readonly #uses = new Map<string, KeyUse>();
  #userCount = 0;

  add({ at, role, accessKeyId, expiration, ...received }: ServedKey): void {
    const user = toStoredUser(received);
    const key = [role, accessKeyId].join('\0');
    const isNew = !this.#uses.has(getUserKey(key, user));
    const isOthers = isNew && this.#userCount >= MAX_USERS;
    const counted = isOthers ? OTHER_USERS : { ...user, isOthers };
    const userKey = getUserKey(key, counted);
    const use = this.#uses.get(userKey);
    if (use === undefined) {
      if (!isOthers) this.#userCount += 1;
      this.#uses.set(userKey, {
        role,
        accessKeyId,
        expiration,
        ...counted,
        firstAt: at,
        lastAt: at,
        count: 1,
      });
      return;
    }
    use.count += 1;
    use.expiration = Math.max(use.expiration, expiration);
    use.firstAt = Math.min(use.firstAt, at);
    if (at >= use.lastAt) use.process = counted.process;
    use.lastAt = Math.max(use.lastAt, at);
  }

  list(): KeyUse[] {
    return [...this.#uses.values()];
  }

  clear(): void {
    this.#uses.clear();
    this.#userCount = 0;
  }
}

const getUserKey = (key: string, { client, address, process }: KeyUser): string =>
  [key, client, address, process?.program, process?.user].join('\0');

const toStoredUser = ({ client, address, process }: KeyUser): KeyUser => ({
  client: redactSecretWords(parseClientName(client)),
  address,
  process: process && { ...process, program: process.program && shorten(process.program) },
});

/** The end of a path says most. */
const shorten = (program: string) => program.slice(-MAX_PROGRAM_LENGTH);
