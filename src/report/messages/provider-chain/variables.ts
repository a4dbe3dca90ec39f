import type { ChainFinding } from '../../../domain/provider-chain/findings/finding.ts';
import { askDidYouMean } from '../../text/did-you-mean.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeClients, describeSdks, isEverySdk } from './sdk-lists.ts';

const FILES: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: 'config',
  AWS_SHARED_CREDENTIALS_FILE: 'credentials',
};

export function describeBlankVariable({ variable, sdks }: ChainFinding<'BLANK_VARIABLE'>): Explanation {
  const hint = `unset ${variable}`;
  const file = FILES[variable];
  if (file !== undefined)
    return {
      message: `${variable} is empty: ${describeSdks(sdks, 'reads', 'read')} no ${file} file, others read ~/.aws/${file}`,
      hint,
    };
  const others = isEverySdk(sdks) ? '' : ', others ignore it';
  return {
    message: `${variable} is blank: ${describeSdks(sdks, 'treats', 'treat')} it as a value${others}`,
    hint,
  };
}

const NUMBER = /metadata_service_(timeout|num_attempts)$/i;

export function describeInvalidSetting({
  setting,
  stoppedSdks,
}: Pick<ChainFinding<'INVALID_SETTING_STOPS'>, 'setting' | 'stoppedSdks'>): Explanation {
  const fail = describeSdks(stoppedSdks, 'fails', 'fail');
  const hint = (value: string) => `set ${setting} to ${value}, or remove it`;
  return NUMBER.test(setting)
    ? { message: `${setting} is not an integer: ${fail}`, hint: hint('an integer') }
    : {
        message: `${setting} is neither \`true\` nor \`false\`: ${fail} with every provider`,
        hint: hint('`true` or `false`'),
      };
}

export const describeLegacyVariables = ({
  variables,
  sdks,
  others,
}: ChainFinding<'LEGACY_VARIABLES'>): Explanation => ({
  message: `${describeClients(sdks, others, 'reads', 'read')} keys from ${joinWords(variables)}${isEverySdk(sdks) ? '' : ', others do not'}`,
  hint: `unset ${variables.join(' ')}, or use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead`,
});

export const describeMisspeltVariable = ({
  variable,
  similar,
}: ChainFinding<'MISSPELT_VARIABLE'>): Explanation => ({
  message: `no SDK reads ${variable}: ${askDidYouMean(similar)}`,
  hint: `if so, set ${joinWords(similar, 'or')} instead`,
});
