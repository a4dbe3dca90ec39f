/** The fields of `/proc/PID/stat` that identify a process, see proc_pid_stat(5). */
export interface ProcessStat {
  /** The name of the program. */
  name: string;
  /** One letter: `Z` for a process that has ended, but whose parent has not noticed. */
  state: string;
  parentPid: number;
  threadCount: number;
  /** Since the start of the system, in ticks of the clock. */
  startTicks: number;
}

/** Null if the text is malformed. */
export function parseProcessStat(text: string): ProcessStat | null {
  // The name is in brackets, and can contain spaces and brackets.
  const [begin, end] = [text.indexOf('('), text.lastIndexOf(')')];
  if (begin < 0 || end < begin) return null;
  const fields = text.slice(end + 2).split(' ');
  const [parentPid, threadCount, startTicks] = [Number(fields[1]), Number(fields[17]), Number(fields[19])];
  if (![parentPid, threadCount, startTicks].every(Number.isSafeInteger)) return null;
  return { name: text.slice(begin + 1, end), state: fields[0] ?? '', parentPid, threadCount, startTicks };
}
