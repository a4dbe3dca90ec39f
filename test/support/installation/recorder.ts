import { createOutput } from '../cli/test-io.ts';

/** Outputs that keep their text. */
export function recorder() {
  let [out, err] = ['', ''];
  return {
    outputs: {
      stdout: createOutput((text) => {
        out += text;
      }),
      stderr: createOutput((text) => {
        err += text;
      }),
    },
    stdout: () => out,
    stderr: () => err,
  };
}
