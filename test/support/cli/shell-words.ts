/** Parentheses and operators end a command; a redirection ends its words. */
const TOKEN = /\s+|'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|(&&|\|\|?|;|<\(|\$\(|[()])|(>\s*\S+)|(.)/gs;

/** Splits a line into commands and words as a shell does. Supports only the syntax of our examples. */
export function shellWords(line: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | null = null;
  const endWord = () => {
    if (word !== null) commands.at(-1)!.push(word);
    word = null;
  };
  for (const [token, single, double, escaped, operator, redirection, plain] of line.matchAll(TOKEN)) {
    const text: string | undefined = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
    if (text !== undefined) {
      word = (word ?? '') + text;
    } else {
      endWord();
      if (operator !== undefined) commands.push([]);
      if (redirection === undefined && token.trim() === '') continue;
    }
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}
