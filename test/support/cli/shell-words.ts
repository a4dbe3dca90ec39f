/** Between words, and between commands: a parenthesis or an operator ends a command, a redirection its words. */
const TOKEN = /\s+|'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|(&&|\|\|?|;|<\(|\$\(|[()])|(>\s*\S+)|(.)/gs;

/** The words of every command on a line, as a shell would take them, for lines as simple as those of a help. */
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
