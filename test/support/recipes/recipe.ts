import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readDocument } from '../docs/markdown.ts';

/**
 * What a test does with a code block of a recipe. A comment in front of the block says so, which readers do
 * not see:
 *
 * - `<!-- file: ~/.aws/config -->` is written to this path. Blocks with the same path are joined.
 * - `<!-- file: ~/.aws/config, variant sso -->` is written only if the test asks for this variant.
 * - `<!-- run: apply -->` is a script or a step that the test runs by its name.
 * - `<!-- shows: refusal -->` has lines that the output of a run contains. `…` stands for any text.
 */
export interface RecipeBlock {
  kind: 'file' | 'run' | 'shows';
  /** A path, or the name of a script or of an output. */
  name: string;
  variant: string | null;
  code: string;
}

const MARKED_BLOCK =
  /^<!-- (file|run|shows): (\S+)(?:, variant (\S+))? -->\n```\w+\n([\s\S]*?)^```$|^(```\w*)\n[\s\S]*?^```$/gm;

export interface Recipe {
  name: string;
  /** Relative to the repository. */
  document: string;
  blocks: readonly RecipeBlock[];
  /** The number of code blocks that no comment precedes, so that no test reads them. */
  unmarkedCount: number;
  /** The code of the only block of this kind and name. */
  read(kind: 'run' | 'shows', name: string): string;
}

/** Reads the code blocks of `docs/recipes/NAME.md`. */
export function readRecipe(name: string): Recipe {
  const document = `docs/recipes/${name}.md`;
  // A test file is loaded even if a branch does not have its document yet.
  if (!existsSync(join(ROOT, document))) throw new Error(`${document} is missing`);
  const matches = [...readDocument(document).matchAll(MARKED_BLOCK)];
  const blocks = matches
    .filter(([, kind]) => kind !== undefined)
    .map(([, kind, name = '', variant = null, code = '']) => ({
      kind: kind as RecipeBlock['kind'],
      name,
      variant,
      code,
    }));
  const read = (kind: 'run' | 'shows', name: string): string => {
    const found = blocks.filter((block) => block.kind === kind && block.name === name);
    if (found.length !== 1)
      throw new Error(`${document} has ${found.length} blocks <!-- ${kind}: ${name} -->`);
    return found[0]!.code;
  };
  return { name, document, blocks, unmarkedCount: matches.length - blocks.length, read };
}

/** The lines of a documented output that a real output lacks. `…` stands for any text. */
export function findMissingLines(documented: string, output: string): string[] {
  const lines = documented.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '…');
  const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return lines.filter(
    (line) => !new RegExp(line.trim().split('…').map(escapePattern).join('.*')).test(output),
  );
}
