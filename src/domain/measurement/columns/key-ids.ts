import { isFalseKeyId } from '../../keys/false-key-id.ts';

/** The key ids of generations. `''` for a generation without one. Usually a list. */
export interface KeyIds extends Iterable<string> {
  readonly length: number;
  at(index: number): string | undefined;
}

/** Consecutive key ids. */
interface KeyIdList {
  begin: number;
  end: number;
  json: string;
}

/**
 * Key ids as lists in JSON. A text for each key id would need twice the memory. V8 would also reserve 20 MiB more for new
 * objects, because so many of them remain. Few key ids are ever read.
 */
export class PackedKeyIds implements KeyIds {
  /** The number of empty key ids. */
  keylessCount = 0;
  /** The number of key ids of `cred-watch simulate`. */
  falseCount = 0;
  readonly #lists: KeyIdList[] = [];
  #length = 0;
  #unpacked: { begin: number; keyIds: readonly string[] } = { begin: 0, keyIds: [] };

  get length(): number {
    return this.#length;
  }

  /** @param keyIds the content of the list */
  add(json: string, keyIds: readonly string[]): void {
    const begin = this.#length;
    this.#length += keyIds.length;
    this.#lists.push({ begin, end: this.#length, json });
    this.keylessCount += count(keyIds, isEmpty);
    this.falseCount += count(keyIds, isFalseKeyId);
  }

  at(index: number): string | undefined {
    const { begin, keyIds } = this.#unpacked;
    return keyIds[index - begin] ?? this.#unpack(index);
  }

  #unpack(index: number): string | undefined {
    const list = this.#lists.find(({ begin, end }) => begin <= index && index < end);
    if (list === undefined) return undefined;
    this.#unpacked = { begin: list.begin, keyIds: JSON.parse(list.json) };
    return this.#unpacked.keyIds[index - list.begin];
  }

  *[Symbol.iterator](): Generator<string> {
    for (const { json } of this.#lists) {
      const keyIds: readonly string[] = JSON.parse(json);
      yield* keyIds;
    }
  }
}

export const countKeyless = (keyIds: KeyIds): number =>
  keyIds instanceof PackedKeyIds ? keyIds.keylessCount : count(keyIds, isEmpty);

/** The number of key ids of `cred-watch simulate`. */
export const countFalse = (keyIds: KeyIds): number =>
  keyIds instanceof PackedKeyIds ? keyIds.falseCount : count(keyIds, isFalseKeyId);

const isEmpty = (keyId: string) => keyId === '';

function count(keyIds: Iterable<string>, isCounted: (keyId: string) => boolean): number {
  let total = 0;
  for (const keyId of keyIds) if (isCounted(keyId)) total += 1;
  return total;
}
