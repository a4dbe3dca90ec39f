/** Forms in which programs print credentials, but no `credential_process`. */
export type OutputForm = 'sts' | 'sso' | 'iot' | 'variables' | 'surrounded-json' | 'no-version' | 'no-json';

/** The profile whose keys are used. */
export interface ProfileWithKeys {
  name: string;
  /** AWS_PROFILE selects the profile. */
  isSelectedByVariable: boolean;
}

/** What is wrong with the configuration. The detail of the failure has the text. */
export type Misconfiguration =
  /** An environment variable or a setting of the profile has an invalid value. */
  | { code: 'INVALID_SETTING'; name: string }
  /** The profile needs a call to AWS that cred-watch does not make. */
  | { code: 'NEEDS_AWS_CALL' }
  /** A job of GitHub Actions may not request an identity token. */
  | { code: 'NO_ID_TOKEN_PERMISSION' }
  /** The token service of GitHub Actions returned no identity token. */
  | { code: 'NO_ID_TOKEN' }
  /** SDKs would use different credentials to assume the role. */
  | { code: 'BASE_UNDECIDED' }
  /** The certificate of AWS is not signed by a known authority, or is not valid. */
  | { code: 'UNTRUSTED_CERTIFICATE' }
  /** The endpoint of AWS is an https URL, but the server does not complete a TLS handshake. */
  | { code: 'NO_TLS' }
  /** The stored token of IAM Identity Center exists, but this user cannot read it. */
  | { code: 'SSO_CACHE_UNREADABLE' }
  /** The token of IAM Identity Center has expired. SDKs would renew it. */
  | { code: 'SSO_TOKEN_NOT_RENEWED' }
  | ProfileProblem
  /** No server listens at the address that this variable or this setting of the profile names. */
  | { code: 'UNREACHABLE_ADDRESS'; source: 'imds' | 'container'; name: string; isLoopback?: boolean }
  /** The process is cred-watch, which would run the same process again. */
  | { code: 'PROCESS_STARTS_ITSELF' }
  /** The process prints something else than the JSON of a `credential_process`. */
  | { code: 'WRONG_OUTPUT'; form: OutputForm }
  /** AWS issued the key for a session, but its token is missing: AWS rejects the keys. */
  | { code: 'NO_SESSION_TOKEN'; name: string; profile?: ProfileWithKeys }
  /** AWS issued the key for a user, but there is a session token, which belongs to another key: AWS rejects the keys. */
  | { code: 'TOKEN_OF_OTHER_KEY'; name: string }
  /** Keys without a session token, which an endpoint must not serve. */
  | { code: 'LONG_TERM_KEYS' }
  /** The key id has the form of a secret key, or the secret key has the form of a key id. */
  | { code: 'KEYS_SWAPPED'; keyIdName: string; secretKeyName: string };

/** What is wrong with the selected profile, or with a profile or section that it names. */
type ProfileProblem =
  /** The user has to sign in to IAM Identity Center with the settings of this profile. */
  | { code: 'SSO_SIGN_IN'; profile: string }
  /** A name leads to a section that the shared files do not have. `section` is its heading, without brackets. */
  | { code: 'SECTION_MISSING'; section: string; similarNames: readonly string[] }
  /** The profile assumes no role, and no flag names one. */
  | { code: 'ROLE_NOT_NAMED' };
