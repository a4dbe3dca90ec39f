import { type ChainLink, stopAt } from '../chains/links.ts';

/** botocore fails before it tries a provider, Java only if it needs IMDS. */
export const stopIfNumberInvalid: ChainLink = ({ unusualSettings: { invalidNumbers } }, client) => {
  const invalid = invalidNumbers.find(({ clients }) => clients.includes(client));
  return invalid === undefined
    ? 'next'
    : stopAt(null, { reason: 'INVALID_SETTING', setting: invalid.setting });
};
