import type { ChainFacts } from '../../domain/provider-chain/providers.ts';
import type { FileProblem, MisplacedSection } from '../../domain/provider-chain/shared-files/file-problem.ts';
import { readSmallFile } from '../environment/small-file.ts';
import type { ParsedProfileFiles, Profile, ProfileFile } from '../profile/files.ts';
import {
  findProblemOfJavaAndRust,
  listSectionNames,
  type ParsedIni,
  parseLikeBotocore,
} from './ini-syntax.ts';

export interface SharedFileFacts {
  fileProblems: FileProblem[];
  misplacedSections: MisplacedSection[];
  sections: ChainFacts['sections'];
  /** The profiles that botocore reads. Null if it reads none, because it cannot parse a file. */
  botocoreProfiles: ReadonlyMap<string, Profile> | null;
}

/** Reads the shared files as the parsers of other SDKs do. `readProfileFiles` uses the loader of the JavaScript SDK. */
export async function inspectSharedFiles(
  { configFile, credentialsFile }: ParsedProfileFiles,
  readFile = readSmallFile,
): Promise<SharedFileFacts> {
  const parse = async (file: ProfileFile): Promise<ParsedFile> => {
    const text = file.state === 'read' ? await readFile(file.path).catch(() => '') : '';
    return { path: file.path ?? '', text, ...parseLikeBotocore(text) };
  };
  const [config, credentials] = await Promise.all([parse(configFile), parse(credentialsFile)]);
  return {
    fileProblems: [...listProblems(config), ...listProblems(credentials)],
    misplacedSections: [
      ...listMisplaced('config', config, /^(?!profile\s|sso-session\s|services\s|default$)(.+)$/),
      ...listMisplaced('credentials', credentials, /^profile\s+(.+)$/),
    ],
    sections: {
      config: new Set(listSectionNames(config.text)),
      credentials: new Set(listSectionNames(credentials.text)),
    },
    botocoreProfiles:
      config.problem === null && credentials.problem === null ? mergeProfiles(config, credentials) : null,
  };
}

interface ParsedFile extends ParsedIni {
  path: string;
  text: string;
}

function listProblems({ path, text, problem }: ParsedFile): FileProblem[] {
  const other = findProblemOfJavaAndRust(text);
  const isSame = problem?.line === other?.line && problem?.cause === other?.cause;
  const toProblem = (found: typeof problem, parsers: FileProblem['parsers']) =>
    found === null ? [] : [{ path, ...found, parsers }];
  return isSame
    ? toProblem(problem, ['botocore', 'java'])
    : [...toProblem(problem, ['botocore']), ...toProblem(other, ['java'])];
}

const listMisplaced = (
  file: MisplacedSection['file'],
  { path, text }: ParsedFile,
  pattern: RegExp,
): MisplacedSection[] =>
  listSectionNames(text).flatMap((section) => {
    const profile = pattern.exec(section)?.[1]?.replace(/^(["'])(.*)\1$/, '$2');
    return profile === undefined ? [] : [{ file, path, section, profile }];
  });

function mergeProfiles(config: ParsedIni, credentials: ParsedIni): Map<string, Profile> {
  const toSettings = ({ sections }: ParsedIni, name: string) =>
    Object.fromEntries([...(sections.get('DEFAULT') ?? []), ...(sections.get(name) ?? [])]);
  const profiles = new Map<string, Profile>();
  for (const section of config.sections.keys()) {
    const name = section === 'default' ? section : /^profile\s+(["']?)(.+)\1$/.exec(section)?.[2];
    if (name !== undefined)
      profiles.set(name, { name, config: toSettings(config, section), credentials: {} });
  }
  for (const name of credentials.sections.keys()) {
    if (name === 'DEFAULT') continue;
    const known = profiles.get(name)?.config ?? {};
    profiles.set(name, { name, config: known, credentials: toSettings(credentials, name) });
  }
  return profiles;
}
