/** Why `serve` refused a request before a role was selected. */
export const REFUSALS = [
  'host',
  'browser-or-proxy',
  'authorization-missing',
  'authorization-wrong',
  'role-not-named',
  'role-of-other-address',
] as const;
export type Refusal = (typeof REFUSALS)[number];
