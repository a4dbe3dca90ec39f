import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const LIBRARY = join(ROOT, 'src', 'library');

export interface Example {
  name: string;
  code: string;
}

/** Returns the code under each `@example` in the doc comments of the library. */
export function documentedExamples(): Example[] {
  return readdirSync(LIBRARY).flatMap((file) =>
    [
      ...readFileSync(join(LIBRARY, file), 'utf8').matchAll(
        / \* @example\n((?: \*(?! @).*\n)+?) \*\/\n(.*)/g,
      ),
    ].map(([, lines = '', declared = '']) => ({
      // An example before the imports belongs to the file.
      name: declared.startsWith('import ') ? file : `${file}: ${declared.replace(/[({<=].*/, '').trim()}`,
      code: lines.replace(/^ \* ?/gm, ''),
    })),
  );
}

/** Returns the code blocks of `docs/library.md` that import the library. */
export function libraryDocumentExamples(): Example[] {
  const blocks = readFileSync(join(ROOT, 'docs', 'library.md'), 'utf8').matchAll(
    /^```(?:js|ts)\n([\s\S]*?)^```$/gm,
  );
  return [...blocks]
    .map(([, code = ''], index) => ({ name: `library.md ${index + 1}`, code }))
    .filter(({ code }) => /from 'cred-watch/.test(code));
}
