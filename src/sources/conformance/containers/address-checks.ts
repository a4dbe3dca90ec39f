import { isIP } from 'node:net';
import { affects } from '../../../domain/conformance/usual-effects.ts';
import { isAllowedAddress, readCredentialsUrl } from '../../container/settings.ts';
import { readSmallFile } from '../../environment/small-file.ts';
import { readVariable } from '../../environment/variables.ts';
import { removeBrackets, resolveWithoutDns } from '../../http/addresses.ts';
import { throwIfLocal } from '../../local-errors.ts';
import { Notes } from '../../notes.ts';
import { PollError } from '../../poll-error.ts';
import type { CheckFunction } from '../check-attempt.ts';
import { SkippedCheck } from '../check-errors.ts';
import type { ConformanceOptions } from '../shape-checks.ts';
import type { ContainerFacts } from './container-facts.ts';

const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** Checks of the URL and of the environment variables, without a request. */
export const createAddressChecks = ({ options }: ContainerFacts) =>
  ({
    'host-allowed': async (attempt) => {
      const { url } = options;
      if (url.protocol === 'https:') return;
      const host = removeBrackets(url);
      const fact = { code: 'HOST_NOT_ALLOWED', host: url.hostname } as const;
      if (isIP(host) !== 0) {
        if (!isAllowedAddress(host)) attempt.fail(fact, null);
        return;
      }
      if (host === 'localhost') return;
      const addresses = await resolveWithoutDns(host, options);
      const isLocal = addresses.length > 0 && addresses.every(isAllowedAddress);
      // The other SDKs resolve the name, and require that every address is allowed.
      const effects = isLocal ? [affects('no-credentials', 'botocore', 'javascript')] : undefined;
      attempt.fail(fact, null, effects);
    },

    'variables-agree': async (attempt) => {
      const { env } = options;
      const named = readCredentialsUrl(env, new Notes());
      if (named instanceof PollError || named.href !== options.url.href) {
        throw new SkippedCheck({ code: 'NO_VARIABLES' });
      }
      const full = readVariable(env, FULL);
      if (readVariable(env, RELATIVE) !== null && full !== null && !isSameUrl(full, named)) {
        // JavaScript before August 2026 and older versions of Go use FULL, all others RELATIVE.
        const variables = [RELATIVE, FULL] as const;
        const effects = [affects('no-credentials', 'javascript', 'go')];
        attempt.fail({ code: 'VARIABLES_DISAGREE', variables }, null, effects);
      }
      const path = readVariable(env, TOKEN_FILE);
      const token = readVariable(env, TOKEN);
      if (path !== null && token !== null && (await readToken(path, options)) !== token) {
        // Java and older versions of JavaScript use TOKEN, all others TOKEN_FILE.
        const variables = [TOKEN, TOKEN_FILE] as const;
        const effects = [affects('no-credentials', 'java-1', 'java-2', 'javascript')];
        attempt.fail({ code: 'VARIABLES_DISAGREE', variables }, null, effects);
      }
    },

    'token-file-format': async (attempt) => {
      const { token } = options;
      if (token?.origin !== 'file') throw new SkippedCheck({ code: 'NO_TOKEN_FILE' });
      if (token.hasLineEnd) attempt.fail({ code: 'TOKEN_FILE_LINE_END' }, null);
    },
  }) satisfies Record<string, CheckFunction>;

const isSameUrl = (text: string, url: URL) => URL.canParse(text) && new URL(text).href === url.href;

/** Null if the file cannot be read. */
async function readToken(
  path: string,
  { readFile = readSmallFile }: ConformanceOptions,
): Promise<string | null> {
  try {
    return (await readFile(path)).trim();
  } catch (error) {
    throwIfLocal(error);
    return null;
  }
}
