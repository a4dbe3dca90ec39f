export type JsonObject = Readonly<Record<string, unknown>>;

/** Null for whatever is not exactly one JSON object. */
export function parseJsonObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

/** The first of `names` that has a value; the exact spelling wins over other cases of letters. */
export function readValue(object: JsonObject, ...names: string[]): unknown {
  const keys = Object.keys(object);
  for (const name of names) {
    const key =
      keys.find((candidate) => candidate === name) ??
      keys.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (key !== undefined && object[key] !== null && object[key] !== '') return object[key];
  }
  return undefined;
}

/** As {@link readValue}; `''` where there is no text. */
export function readText(object: JsonObject, ...names: string[]): string {
  const value = readValue(object, ...names);
  return typeof value === 'string' ? value : '';
}
