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
  /** Settings of the selected profile that its section `sso-session` has too. */
  sessionSettings: readonly SessionSetting[];
  invalidNumbers: readonly InvalidNumber[];
}

export interface SessionSetting {
  name: string;
  session: string;
  /** How both values differ. */
  difference: 'none' | 'case' | 'value';
}

/** These clients reject the value of a limit of IMDS. A variable or the profile sets the limit. */
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
  sessionSettings: [],
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
  /** The differences of a {@link SessionSetting} at which the client fails. Others use the value of the session. */
  rejectedInSession: readonly SessionSetting['difference'][];
  /** Compares every setting of the section `sso-session`, not only the start URL and the region. */
  comparesWholeSession?: boolean;
}

export const FILE_READERS: readonly FileReader[] = [
  {
    clients: ['botocore'],
    ...{ isCaseSensitive: false, keepsEmpty: true, usesEmptyPath: true, keys: 'with-id' },
    rejectedInSession: ['case', 'value'],
    comparesWholeSession: true,
  },
  {
    clients: ['java'],
    ...{ isCaseSensitive: true, keepsEmpty: true, usesEmptyPath: true, keys: 'combined' },
    rejectedInSession: ['value'],
  },
  {
    clients: ['rust'],
    ...{ isCaseSensitive: false, keepsEmpty: true, usesEmptyPath: true, keys: 'combined' },
    rejectedInSession: ['none', 'case', 'value'],
  },
  {
    clients: ['javascript', 'dotnet'],
    ...{ isCaseSensitive: true, keepsEmpty: false, usesEmptyPath: false, keys: 'combined' },
    rejectedInSession: [],
  },
  {
    clients: ['go', 'terraform', 'rclone'],
    ...{ isCaseSensitive: false, keepsEmpty: false, usesEmptyPath: false, keys: 'strict' },
    rejectedInSession: ['case', 'value'],
  },
  {
    clients: ['ruby'],
    ...{ isCaseSensitive: true, keepsEmpty: false, usesEmptyPath: true, keys: 'complete' },
    rejectedInSession: ['case', 'value'],
  },
  {
    clients: ['rclone-1.67'],
    ...{ isCaseSensitive: true, keepsEmpty: false, usesEmptyPath: false, keys: 'complete' },
    rejectedInSession: ['case', 'value'],
  },
  {
    clients: ['php'],
    ...{ isCaseSensitive: true, keepsEmpty: true, usesEmptyPath: false, keys: 'complete' },
    rejectedInSession: [],
  },
];
