/** A process of this machine. */
export interface RunningProcess {
  pid: number;
  /** 0 if the parent is outside the PID namespace. */
  parentPid: number;
  /** Differs from the id of every other process, also of one that got the same pid later or in another container. */
  id: string;
  /** Comparable only with processes of the same reader. */
  startedAt: number;
  /** The name of the program, without arguments. Arguments can be secret. */
  name: string;
  /** The text after `-c`, if the process is a shell that runs such a text. Else null. */
  shellCommand: string | null;
}

/** Resolves to null if the process does not exist or cannot be identified. */
export type ReadProcess = (pid: number) => Promise<RunningProcess | null>;

const SHELL = /^-?(?:sh|bash|dash|ash|ksh|ksh93|mksh|zsh|busybox)$/;

const COMMAND_FLAG = /^-[a-zA-Z]*c$/;

/** @param words the words of a command line: `/bin/sh -c TEXT` */
export function findShellCommand(words: readonly string[]): string | null {
  const [program = '', ...rest] = words;
  if (!SHELL.test(program.slice(program.lastIndexOf('/') + 1))) return null;
  const flag = rest.findIndex((word) => COMMAND_FLAG.test(word));
  // Words before the flag: the name of the applet of busybox, or other flags.
  const isFirst = rest.slice(0, flag).every((word) => /^-/.test(word) || SHELL.test(word));
  return flag >= 0 && isFirst ? (rest[flag + 1] ?? null) : null;
}
