// Plugins for the bundles of hot commands. They leave out packages, or parts of packages, that a usual run does not
// need. Without a code cache, V8 reads every byte of a bundle. With a cache, each function costs a little.

/** The file of `dist` with cli-table3. */
export const TABLES_FILE = 'tables.js';

/** Loads cli-table3 from its file. Only texts with characters that are not one column wide need this package. */
export const tablesInFile = {
  name: 'tables-in-file',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cli-table3$/ }, ({ path }) => ({ path, namespace: 'tables-in-file' }));
    onResolve({ filter: /^\.\//, namespace: 'tables-in-file' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'tables-in-file' }, () => ({
      contents: `module.exports = function (options) { return new (require('./${TABLES_FILE}'))(options); };`,
    }));
  },
};

/**
 * Replaces functions and classes that a command never uses, but imports statically.
 * @param modules the names by the path of their module
 */
export const withoutExports = (modules) => ({
  name: 'without-exports',
  setup({ onLoad, onEnd }) {
    const found = new Set();
    for (const [path, names] of Object.entries(modules)) {
      const filter = new RegExp(`[/\\\\]${path.replaceAll('/', '[/\\\\]').replace('.', '\\.')}$`);
      onLoad({ filter }, () => {
        found.add(path);
        const contents = names.map(
          (name) =>
            `export function ${name}() { throw new Error('the bundle of this command has no ${name}'); }`,
        );
        return { contents: contents.join('\n') };
      });
    }
    // Without this check, an outdated list would make a bundle larger without an error.
    onEnd(() => {
      const unused = Object.keys(modules).filter((path) => !found.has(path));
      if (unused.length > 0) throw new Error(`not imported: ${unused.join(', ')}`);
    });
  },
});

/**
 * Leaves out the help of commander and its suggestions for unknown words. After every error, and for help, the
 * whole program parses the line again and prints the text.
 */
export const withoutHelp = {
  name: 'without-help',
  setup({ onLoad }) {
    onLoad({ filter: /commander[/\\]lib[/\\]help\.js$/ }, () => ({
      contents: `
        exports.Help = class { constructor() { throw new Error('the bundle of this command has no help'); } };
        exports.stripColor = (text) => text;`,
    }));
    onLoad({ filter: /commander[/\\]lib[/\\]suggestSimilar\.js$/ }, () => ({
      contents: `exports.suggestSimilar = () => '';`,
    }));
  },
};
