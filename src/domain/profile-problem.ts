/** What is wrong with the selected profile, or with a profile or section that it names. */
export type ProfileProblem =
  /** The user has to sign in to IAM Identity Center with the settings of this profile. */
  | { code: 'SSO_SIGN_IN'; profile: string }
  /** A name leads to a section that the shared files do not have. `section` is its heading, without brackets. */
  | { code: 'SECTION_MISSING'; section: string; similarNames: readonly string[] }
  /** The profile assumes no role, and no flag names one. */
  | { code: 'ROLE_NOT_NAMED' };
