/** Most SDKs wait for one second. A later response is too late. */
export const LATE_RESPONSE_MS = 1000;
