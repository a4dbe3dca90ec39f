/** Comments above the variables that a server prints for its clients. */
export const VARIABLES_THAT_PRECEDE = [
  'AWS_ACCESS_KEY_ID, AWS_PROFILE and AWS_WEB_IDENTITY_TOKEN_FILE take precedence over these variables:',
  'unset them in the shell of the client',
] as const;

export const ONE_BLOCK_PER_CLIENT = 'use exactly one of these blocks per client';
