/** A program that starts the program behind its own arguments. */
interface Wrapper {
  /** The options with a value in the next word. */
  valued: readonly string[];
  /** The arguments in front of the command. */
  operands: number;
  /** The shell has the command, so no file is needed. */
  isBuiltin?: boolean;
}

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ['env', { valued: [], operands: 0 }],
  ['flock', { valued: ['-w', '--wait', '--timeout', '-E', '--conflict-exit-code'], operands: 1 }],
  ['timeout', { valued: ['-k', '--kill-after', '-s', '--signal'], operands: 1 }],
  ['nice', { valued: ['-n', '--adjustment'], operands: 0 }],
  ['ionice', { valued: ['-c', '--class', '-n', '--classdata'], operands: 0 }],
  ['chronic', { valued: [], operands: 0 }],
  ['nohup', { valued: [], operands: 0 }],
  ['setsid', { valued: [], operands: 0 }],
  ['exec', { valued: [], operands: 0, isBuiltin: true }],
  ['command', { valued: [], operands: 0, isBuiltin: true }],
]);

/** A command without the programs in front of it. */
export interface UnwrappedCommand {
  words: readonly string[];
  /** The assignments in front of the command, and of `env`. */
  variables: ReadonlyMap<string, string>;
  /** The programs in front of the command, as written. */
  wrappers: readonly string[];
  /** False if an option of a wrapper may change the environment or the command. */
  isUnderstood: boolean;
}

/** Removes assignments and programs such as `env`, `flock` and `timeout`. */
export function unwrapCommand(words: readonly string[]): UnwrappedCommand {
  const variables = new Map<string, string>();
  const wrappers: string[] = [];
  let isUnderstood = true;
  let index = 0;
  for (let canAssign = true; index < words.length; ) {
    const word = words[index] ?? '';
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name !== undefined && canAssign) {
      variables.set(name, value);
      index += 1;
      continue;
    }
    const program = getBaseName(word);
    const wrapper = WRAPPERS.get(program);
    if (wrapper === undefined) break;
    if (!wrapper.isBuiltin) wrappers.push(word);
    const command = skipOptions(words, index + 1, wrapper.valued);
    // `env -i` and `exec -c` clear the environment, and `env -C` changes the folder.
    const isChanging = program === 'env' || wrapper.isBuiltin === true;
    if (isChanging && command > index + 1) isUnderstood = false;
    index = command + wrapper.operands;
    canAssign = program === 'env';
  }
  return { words: words.slice(index), variables, wrappers, isUnderstood };
}

/** The index of the first word that is not an option. */
export function skipOptions(words: readonly string[], start: number, valued: readonly string[]): number {
  let index = start;
  while (words[index]?.startsWith('-')) {
    const word = words[index] ?? '';
    index += valued.includes(word) ? 2 : 1;
    if (word === '--') break;
  }
  return index;
}

export const getBaseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
