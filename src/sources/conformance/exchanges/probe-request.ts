import type { Secret } from '../../../secret.ts';
import type { HttpRequest } from '../../http/exchange.ts';

/** A request to the endpoint that is checked. */
export interface ProbeRequest {
  method: HttpRequest['method'];
  /** Includes the query. */
  path: string;
  /** A secret is sent, but never shown. */
  headers?: Readonly<Record<string, string | Secret>>;
}
