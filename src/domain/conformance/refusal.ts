export const REFUSAL_CODES = [
  /** The endpoint refuses a request without an authorization token. */
  'TOKEN_MISSING',
  'TOKEN_REFUSED',
  /** The endpoint refuses this client, whose token it has issued. */
  'ACCESS_REFUSED',
  'PATH_NOT_FOUND',
  'ROLE_NOT_FOUND',
  'THROTTLED',
  'SERVER_ERROR',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Why an endpoint returned no credentials, although it may behave as SDKs expect. */
export interface Refusal {
  code: RefusalCode;
  status: number;
  /** The error message of the endpoint, safe to print. Null without one. */
  detail: string | null;
}
