import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the licence texts of all bundled packages. `inputs` are the paths of the bundled files. */
export function collectLicences(inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const notices = [...packages].sort().map((name) => {
    const folder = join('node_modules', name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${name} ${manifest.version} (${manifest.license})\n\n${readLicence(folder)}`;
  });
  return notices.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Throws if a package has no licence file, because it must not be bundled. */
function readLicence(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return readFileSync(join(folder, file), 'utf8');
}
