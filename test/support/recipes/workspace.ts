/**
 * Runs the code of a recipe. A test file that imports this module needs `npm run build`, and belongs to the
 * project `built` of `vitest.config.mts`.
 */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { PROGRAM } from '../cli/built-program.ts';
import { minimalEnvironment, type Run, repositoryPath, startProcess } from '../cli/program-run.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { isThorough } from '../thorough.ts';
import { findMissingLines, type Recipe } from './recipe.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface WorkspaceOptions {
  /** Added to an environment without network. Undefined removes a variable. */
  env?: Environment;
  /** Programs of `test/recipes/stand-ins`, without their extension. */
  standIns?: readonly string[];
  /** Real programs by path, which are on the PATH under their name. */
  programs?: readonly string[];
  /** Words of the recipe that differ on this machine: address of a server, region, path. Each one must occur. */
  replace?: Readonly<Record<string, string>>;
  finished?: (clean: () => void) => void;
}

/** The output of a run, as a person sees it. */
export interface RecipeRun extends Run {
  output: string;
}

export interface Workspace {
  home: string;
  /** The working folder. */
  folder: string;
  /** The folder that stands for `/`. */
  root: string;
  /** The only folder of the PATH besides those of the system. */
  bin: string;
  env: Record<string, string>;
  /** Writes the files of the recipe: those without a variant, and those of these variants. */
  writeFiles(...variants: string[]): void;
  /** Runs a script of the recipe. */
  run(name: string, options?: ShellOptions): Promise<RecipeRun>;
  /** Runs any script. */
  shell(script: string, options?: ShellOptions): Promise<RecipeRun>;
  /** Where the workspace has a file of the recipe. */
  locate(path: string): string;
  /** Creates an executable that the recipe starts, for example `load.sh`. */
  writeScript(path: string, content: string): void;
  /** Fails unless an output has the lines that the recipe shows. */
  expectShown(run: Pick<RecipeRun, 'output'>, name: string): void;
}

interface ShellOptions {
  env?: Environment;
  stdin?: string;
  /** Default: bash, as in GitHub Actions. */
  shell?: readonly string[];
}

/** Shorter than the time limit of a test, so that a failed test shows the output. Some tools start many programs. */
const TIMEOUT_MS = isThorough ? 100_000 : 25_000;

/** The program where the recipes expect it. */
const INSTALLED = '/usr/local/bin/cred-watch';

/** Creates a home folder, a working folder, and a PATH with the built cred-watch. They are deleted after the test. */
export function createWorkspace(recipe: Recipe, options: WorkspaceOptions = {}): Workspace {
  const { standIns = [], programs = [], replace = {}, finished = onTestFinished } = options;
  const top = temporaryFolder(finished);
  const [home, folder, root, bin] = ['home', 'work', 'root', 'bin'].map((name) => join(top, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const each of [home, folder, root, bin]) mkdirSync(each);
  const program = join(bin, 'cred-watch');
  writeExecutable(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  for (const path of programs) symlinkSync(path, join(bin, path.split('/').at(-1)!));
  for (const name of standIns)
    symlinkSync(repositoryPath(`test/recipes/stand-ins/${name}`), join(bin, name.replace(/\.\w+$/, '')));
  const env = minimalEnvironment({
    PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: home,
    CRED_WATCH_DB: join(top, 'samples.db'),
    ...options.env,
  });

  const adapt = (code: string) =>
    Object.entries({ [INSTALLED]: program, ...replace }).reduce(
      (text, [word, value]) => text.replaceAll(word, value),
      code,
    );
  const all = recipe.blocks.map(({ code }) => code).join('');
  const absent = Object.keys(replace).filter((word) => !all.includes(word));
  if (absent.length > 0) throw new Error(`${recipe.document} does not contain ${absent.join(', ')}`);

  const locate = (path: string): string => {
    if (path.startsWith('~/')) return join(home, path.slice(2));
    return path.startsWith('/') ? join(root, path) : join(folder, path);
  };
  const write = (path: string, content: string) => {
    mkdirSync(dirname(locate(path)), { recursive: true });
    writeFileSync(locate(path), content);
  };
  const shell = async (script: string, { env: more = {}, stdin, shell: command }: ShellOptions = {}) => {
    const [file, ...args] = command ?? ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'];
    const merged = Object.entries({ ...env, ...more }).filter((each) => each[1] !== undefined);
    const run = await startProcess([file!, ...args, script], {
      env: Object.fromEntries(merged) as Record<string, string>,
      cwd: folder,
      timeoutMs: TIMEOUT_MS,
      ...(stdin === undefined ? {} : { stdin }),
    }).done;
    return { ...run, output: run.stdout + run.stderr };
  };

  return {
    home,
    folder,
    root,
    bin,
    env,
    locate,
    shell,
    run: (name, shellOptions) => shell(adapt(recipe.read('run', name)), shellOptions),
    writeFiles: (...variants) => {
      const files = new Map<string, string>();
      for (const { kind, name, variant, code } of recipe.blocks) {
        if (kind !== 'file' || (variant !== null && !variants.includes(variant))) continue;
        const before = files.get(name);
        files.set(name, before === undefined ? adapt(code) : `${before}\n${adapt(code)}`);
      }
      for (const [path, content] of files) write(path, content);
    },
    writeScript: (path, content) => {
      write(path, content);
      chmodSync(locate(path), 0o755);
    },
    expectShown: ({ output }, name) => {
      expect(findMissingLines(recipe.read('shows', name), output), `in this output:\n${output}`).toEqual([]);
    },
  };
}

function writeExecutable(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o755 });
}
