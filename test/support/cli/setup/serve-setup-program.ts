import { createProcessIo } from '../../../../src/cli/process/process-io.ts';
import { runServeSetup } from './serve-setup.ts';

runServeSetup(process.argv.slice(2), createProcessIo()).then((code) => {
  process.exitCode = code;
});
