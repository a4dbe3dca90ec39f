/** An object with its version, which changes with the content. */
export interface StoredObject {
  content: Uint8Array;
  version: string;
}

/** Larger than a day of credentials that are issued with each request. */
export const MAX_OBJECT_BYTES = 256 * 1024 * 1024;

/**
 * The version that a write replaces: the version that was read, none, or any. `any` is for services that ignore
 * conditions.
 */
export type ReplacedVersion = { version: string } | 'none' | 'any';

/** A bucket or a folder. Objects are replaced in one step, so that a reader never gets a part of an object. */
export interface ObjectStore {
  /** For messages and for the outbox. Contains no secret. */
  readonly name: string;
  /**
   * Reads an object. Null if it does not exist.
   * @throws ObjectStoreUnavailable if a later attempt can succeed
   * @throws CredWatchError if the user must change something
   */
  get(key: string, signal: AbortSignal): Promise<StoredObject | null>;
  /**
   * Writes an object, and returns its version. Null if the store has another version than the one to replace.
   * @throws ObjectStoreUnavailable if a later attempt can succeed. The object may have been written
   * @throws ConditionsNotSupported unless any version is replaced
   * @throws CredWatchError if the user must change something
   */
  put(
    key: string,
    content: Uint8Array,
    replaced: ReplacedVersion,
    signal: AbortSignal,
  ): Promise<string | null>;
  close(): Promise<void>;
}

/** The store does not respond, or it is overloaded. */
export class ObjectStoreUnavailable extends Error {
  override readonly name = 'ObjectStoreUnavailable';
}

/** The store does not know conditions of writes. */
export class ConditionsNotSupported extends Error {
  override readonly name = 'ConditionsNotSupported';
}
