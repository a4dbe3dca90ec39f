/** The bundle with all commands. */
import type { RunBundle } from './hot/hot-command.ts';
import { main } from './main.ts';
import { createProcessIo } from './process/process-io.ts';

export const run: RunBundle = (argv) => main(argv, createProcessIo({ mayBlock: false }));
