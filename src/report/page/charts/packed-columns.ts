/**
 * Columns of whole numbers, so that a hundred thousand rows are a megabyte or two: a column of which most values are the
 * same is that value and the exceptions to it.
 */
export type PackedColumn = Value[] | { commonValue: Value; exceptions: Value[] };
type Value = number | null;

export function packColumn(values: readonly Value[]): PackedColumn {
  const all = mostCommon(values);
  const but = values.flatMap((value, index) => (value === all ? [] : [index, value]));
  return but.length < values.length ? { commonValue: all, exceptions: but } : [...values];
}

/** @param count how many rows there are */
export function unpackColumn(packed: PackedColumn, count: number): Value[] {
  if (Array.isArray(packed)) return packed;
  const values = new Array<Value>(count).fill(packed.commonValue);
  for (let index = 0; index < packed.exceptions.length; index += 2)
    values[packed.exceptions[index]!] = packed.exceptions[index + 1]!;
  return values;
}

function mostCommon(values: readonly Value[]): Value {
  const counts = new Map<Value, number>();
  let found: Value = null;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > (counts.get(found) ?? 0)) found = value;
  }
  return found;
}
