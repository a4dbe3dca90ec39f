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
  sessionSettings: readonly SsoSessionSetting[];
  imdsLimits: readonly ImdsLimitSetting[];
}

export interface SsoSessionSetting {
  name: string;
  session: string;
  /** How both values differ. */
  difference: 'none' | 'case' | 'value';
}

export type ImdsLimit = 'timeout' | 'attempts';

/** A limit of IMDS that is set, even to an invalid text. */
export interface ImdsLimitSetting {
  /** A variable, or a setting of the profile. */
  setting: string;
  limit: ImdsLimit;
  text: string;
}

export type FileVariable = 'AWS_CONFIG_FILE' | 'AWS_SHARED_CREDENTIALS_FILE';

export const NO_UNUSUAL_SETTINGS: UnusualSettings = {
  notLowercase: [],
  empty: [],
  areKeysSplit: false,
  emptyPaths: [],
  sessionSettings: [],
  imdsLimits: [],
};
