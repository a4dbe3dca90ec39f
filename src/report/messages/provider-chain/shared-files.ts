import type { Sdk } from '../../../domain/provider-chain/clients.ts';
import type {
  FileProblem,
  FileProblemCause,
  MisplacedSection,
} from '../../../domain/provider-chain/shared-files/file-problem.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { SDK_NAMES } from './providers.ts';

/** The message continues `line 4 of FILE`. */
const FILE_PROBLEMS: Record<FileProblemCause, Explanation> = {
  BYTE_ORDER_MARK: {
    message: 'begins with a byte order mark',
    hint: 'save the file as UTF-8 without a byte order mark',
  },
  NOT_UTF8: { message: 'is not UTF-8', hint: 'save the file as UTF-8' },
  NO_SECTION: {
    message: 'comes before the first section',
    hint: 'begin the file with a section such as [default], or remove the line',
  },
  UNCLOSED_SECTION: { message: 'is a section without a closing bracket', hint: 'add the bracket' },
  DUPLICATE_SECTION: {
    message: 'repeats a section',
    hint: 'move the settings of both sections into one',
  },
  DUPLICATE_KEY: { message: 'repeats a key of its section', hint: 'keep one of both lines' },
  NO_EQUALS_SIGN: { message: 'is not of the form key = value', hint: 'correct the line, or remove it' },
  COLON: {
    message: 'has a colon instead of an equals sign',
    hint: 'write key = value, which every SDK reads',
  },
  INDENTED: { message: 'is indented and continues no value', hint: 'remove the spaces before the key' },
};

/** What each SDK does with a file that it cannot parse. */
const describeParsers = (sdks: readonly Sdk[]): string[] =>
  sdks.map((sdk) => {
    if (sdk === 'botocore') return `${SDK_NAMES[sdk]} fails, even with keys in the environment`;
    return sdk === 'java'
      ? 'Java ignores the profile'
      : `${SDK_NAMES[sdk]} fails unless the environment has keys`;
  });

export const describeFileProblem = ({
  path,
  line,
  cause,
  sdks,
}: Omit<FileProblem, 'parsers'> & { sdks: readonly Sdk[] }): Explanation => ({
  message: `line ${line} of ${path} ${FILE_PROBLEMS[cause].message}: ${joinWords(describeParsers(sdks))}`,
  hint: FILE_PROBLEMS[cause].hint,
});

export function describeMisplacedSection({ file, path, section, profile }: MisplacedSection): Explanation {
  const right = file === 'config' ? `profile ${profile}` : profile;
  return {
    message: `${path} has the section [${section}], but the ${file} file needs [${right}]: SDKs ignore the section`,
    hint: 'the config file needs [profile NAME], except [default]; the credentials file needs [NAME]',
  };
}
