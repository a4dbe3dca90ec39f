/** Writes every output before it throws the first error: one bad path must not prevent the other files. */
export async function writeAll<Output>(
  outputs: readonly Output[],
  write: (output: Output) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const output of outputs) {
    try {
      await write(output);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
