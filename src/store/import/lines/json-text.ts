/** Deeper nesting is not a log. */
const MAX_DEPTH = 100;

/** In characters, for one object without the objects of its outer array. */
const MAX_OBJECT_LENGTH = 1_048_576;

/**
 * Joins lines to JSON objects. Every object in an array is returned as soon as it is complete, so that an array
 * of any length needs little memory. A string never continues on the next line.
 */
export class JsonText {
  #text = '';
  /** Open `{` and `[`, with their positions in the text. */
  #open: { bracket: string; at: number }[] = [];
  /** The first line of the text. */
  firstLine = 0;

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** Whether only one array is open, and nothing inside of it. */
  #isInOuterArray(): boolean {
    return (
      this.#open.findIndex(({ bracket }) => bracket === '[') === this.#open.length - 1 &&
      this.#open.length > 0
    );
  }

  /** Discards the incomplete object. Returns its text, which may still contain members. */
  abandon(): string {
    const text = this.#text;
    this.#text = '';
    this.#open = [];
    return text;
  }

  /**
   * Reads one line.
   * @param onObject called for each complete object
   * @param isEntryStart whether another entry of the log starts at this position behind an object. It is not read
   * @returns the position after the last complete object outside of which nothing is open, or `broken` if the
   * text cannot be JSON
   */
  readLine(
    line: string,
    start: number,
    number: number,
    onObject: (text: string) => void,
    isEntryStart: (line: string, at: number) => boolean = () => false,
  ): number | 'broken' {
    let copied = start;
    let end = start;
    const token = /["{}[\]]/g;
    token.lastIndex = start;
    for (let match = token.exec(line); match !== null; match = token.exec(line)) {
      const { index } = match;
      const [bracket] = match;
      if (bracket === '"') {
        const close = findStringEnd(line, index + 1);
        if (close === -1) return 'broken';
        token.lastIndex = close + 1;
        continue;
      }
      if (bracket === '{' || bracket === '[') {
        if (this.#open.length === 0) {
          // An array outside of all objects is ignored: its objects are read one by one.
          if (bracket === '[') continue;
          this.#text = '';
          this.firstLine = number;
          copied = index;
        }
        if (this.#open.length >= MAX_DEPTH) return 'broken';
        this.#text += line.slice(copied, index);
        copied = index;
        this.#open.push({ bracket, at: this.#text.length });
        continue;
      }
      const last = this.#open.at(-1);
      if (last === undefined) {
        if (bracket === ']') {
          end = index + 1;
          continue;
        }
        return 'broken';
      }
      if ((last.bracket === '{') !== (bracket === '}')) return 'broken';
      this.#text += line.slice(copied, index + 1);
      copied = index + 1;
      this.#open.pop();
      const isElement = this.#isInOuterArray();
      if (this.#open.length === 0 || isElement) {
        onObject(this.#text.slice(last.at));
        this.#text = isElement ? `${this.#text.slice(0, last.at)}0` : '';
      }
      if (this.#open.length > 0) continue;
      end = copied;
      if (isEntryStart(line, end)) return end;
    }
    if (this.#open.length > 0) {
      this.#text += `${line.slice(copied)}\n`;
      if (this.#text.length > MAX_OBJECT_LENGTH) return 'broken';
      return line.length;
    }
    return end;
  }
}

function findStringEnd(line: string, start: number): number {
  for (let at = line.indexOf('"', start); at !== -1; at = line.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (line[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}
