import { readText } from './proc-files.ts';

/** The kernel shows this number for a user of another user namespace. */
const OVERFLOW_UID = 65534;

/** Users of directory services are not in this file. They are shown by their number. */
const PASSWD = '/etc/passwd';

/** Finds the names of users. */
export class UserNames {
  readonly #names = new Map<number, string>();
  readonly #hasAllUsers: boolean;

  constructor(proc: string) {
    this.#hasAllUsers = /^\s*0\s+0\s+4294967295\s*$/.test(readText(`${proc}/self/uid_map`));
  }

  /** The name, or the number of a user without a name. Null for a user of another user namespace. */
  find(uid: number): string | null {
    if (uid === OVERFLOW_UID && !this.#hasAllUsers) return null;
    // The user may have been created after the file was read.
    if (!this.#names.has(uid)) this.#readNames();
    return this.#names.get(uid) ?? String(uid);
  }

  #readNames(): void {
    this.#names.clear();
    for (const line of Buffer.from(readText(PASSWD), 'latin1').toString().split('\n')) {
      const [name = '', , uid = ''] = line.split(':');
      // The first name counts, as for `ls`.
      if (name !== '' && /^\d+$/.test(uid) && !this.#names.has(Number(uid)))
        this.#names.set(Number(uid), name);
    }
  }
}
