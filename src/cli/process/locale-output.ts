import { toAscii } from '../../report/text/ascii.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { Io, Output } from './io.ts';
import { supportsUnicode } from './io.ts';

export const encodeForLocale = (text: string, env: Environment): string =>
  supportsUnicode(env) ? text : toAscii(text);

/** Writes only ASCII if the locale has no other characters. */
export const createLocaleOutput = (output: Output, env: Environment): Output =>
  supportsUnicode(env)
    ? output
    : {
        get isTerminal() {
          return output.isTerminal;
        },
        get columns() {
          return output.columns;
        },
        isClosed: () => output.isClosed(),
        write: (text) => output.write(toAscii(text)),
      };

/** Writes text for people to stdout. Data for programs has the same bytes in every locale, so it does not use this. */
export const printText = ({ stdout, env }: Io, text: string): Promise<void> =>
  stdout.write(encodeForLocale(text, env));

/** Like {@link printText}, for text that a shell can evaluate: only comments are for people. */
export const printShellText = ({ stdout, env }: Io, text: string): Promise<void> =>
  stdout.write(supportsUnicode(env) ? text : text.replace(/^#.*/gm, toAscii));
