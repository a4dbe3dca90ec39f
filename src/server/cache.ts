/** Clients repeat the same few requests. The limit bounds the memory if a client varies them. */
const CACHE_SIZE = 64;

/** A cache that is emptied when it is full. */
export class Cache<Key, Value> extends Map<Key, Value> {
  override set(key: Key, value: Value): this {
    if (this.size >= CACHE_SIZE) this.clear();
    return super.set(key, value);
  }
}

/** Returns `compute` with a cache of its results. */
export function memoize<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const results = new Cache<Key, Value>();
  return (key) => {
    const cached = results.get(key);
    if (cached !== undefined) return cached;
    const result = compute(key);
    results.set(key, result);
    return result;
  };
}
