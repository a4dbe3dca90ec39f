export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Null if the text is not exactly one JSON object. */
export function parseJsonObject(text: string): JsonObject | null {
  const value = parseJson(text);
  return isObject(value) ? value : null;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The first of `names` that has a value other than null and `''`. Keys are compared without case, but a key
 * with exactly this spelling wins.
 */
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

/** Like {@link readValue}, but null if the value is missing or not a string. */
export function readText(object: JsonObject, ...names: string[]): string | null {
  const value = readValue(object, ...names);
  return typeof value === 'string' ? value : null;
}
