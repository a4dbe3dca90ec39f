import type { Client } from '../clients.ts';

/** Settings that clients read differently. They belong to the selected profile, or to a profile that it names. */
export interface UnusualSettings {
  /** As they are in the file, not in lower case. */
  notLowercase: readonly string[];
  /** Without a value. */
  empty: readonly string[];
  /** Only both files together have the keys of the selected profile that most SDKs use. */
  areKeysSplit: boolean;
  /** Variables that are set to an empty path. */
  emptyPaths: readonly FileVariable[];
  invalidNumbers: readonly InvalidNumber[];
}

/** A limit of IMDS, in a variable or in the profile, that is no number for these clients. */
export interface InvalidNumber {
  setting: string;
  clients: readonly Client[];
}

export type FileVariable = 'AWS_CONFIG_FILE' | 'AWS_SHARED_CREDENTIALS_FILE';

export const NO_UNUSUAL_SETTINGS: UnusualSettings = {
  notLowercase: [],
  empty: [],
  areKeysSplit: false,
  emptyPaths: [],
  invalidNumbers: [],
};

/** How a client reads the shared files. Sources: the code of the clients, and `test/peers`, which runs some of them. */
export interface FileReader {
  clients: readonly Client[];
  /** Ignores a setting unless its name is in lower case. */
  isCaseSensitive: boolean;
  /** Reads a setting without a value as an empty value. */
  keepsEmpty: boolean;
  /** Reads no file if the variable with its path is empty. Others read the default file. */
  usesEmptyPath: boolean;
  /**
   * Which keys count if one file has an incomplete pair. `combined`: those of both files. `with-id`: those of the first
   * file with a key id. `complete`: those of the first file with both keys. `strict`: none, it is an error.
   */
  keys: 'combined' | 'with-id' | 'complete' | 'strict';
}

export const FILE_READERS: readonly FileReader[] = [
  {
    clients: ['botocore'],
    ...{ isCaseSensitive: false, keepsEmpty: true, usesEmptyPath: true, keys: 'with-id' },
  },
  {
    clients: ['java'],
    ...{ isCaseSensitive: true, keepsEmpty: true, usesEmptyPath: true, keys: 'combined' },
  },
  {
    clients: ['rust'],
    ...{ isCaseSensitive: false, keepsEmpty: true, usesEmptyPath: true, keys: 'combined' },
  },
  {
    clients: ['javascript', 'dotnet'],
    ...{ isCaseSensitive: true, keepsEmpty: false, usesEmptyPath: false, keys: 'combined' },
  },
  {
    clients: ['go', 'terraform', 'rclone'],
    ...{ isCaseSensitive: false, keepsEmpty: false, usesEmptyPath: false, keys: 'strict' },
  },
  {
    clients: ['ruby'],
    ...{ isCaseSensitive: true, keepsEmpty: false, usesEmptyPath: true, keys: 'complete' },
  },
  {
    clients: ['rclone-1.67'],
    ...{ isCaseSensitive: true, keepsEmpty: false, usesEmptyPath: false, keys: 'complete' },
  },
  {
    clients: ['php'],
    ...{ isCaseSensitive: true, keepsEmpty: true, usesEmptyPath: false, keys: 'complete' },
  },
];
