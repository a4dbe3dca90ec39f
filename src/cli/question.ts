import type { Io } from './process/io.ts';

/** Asks on stderr. Only yes and y are consent. */
export async function askUser(question: string, { stdin, stderr }: Io): Promise<boolean> {
  await stderr.write(`${question} [y/N] `);
  return /^\s*y(?:es)?\s*$/i.test(await readLine(stdin));
}

/** Reads one line, without the line end. At the end of the input, returns the text read until then. */
async function readLine(stdin: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += Buffer.from(chunk).toString('utf8');
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return text;
}
