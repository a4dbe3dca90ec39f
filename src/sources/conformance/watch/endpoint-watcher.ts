import type { WatchedCheck } from '../../../domain/conformance/watch/watched-check.ts';
import type { WatchedDocument, WatchedRead } from '../../../domain/conformance/watch/watched-read.ts';
import type { JsonObject } from '../../document/json-object.ts';
import type { Exchange } from '../exchanges/prober.ts';
import { getEndpointTime, parseField } from '../judgements/documents.ts';

/** Watches an endpoint of one shape. */
export interface EndpointWatcher {
  /** Sends one request. Null if it was not a read of the credentials. */
  step(): Promise<WatchedRead | null>;
  /** The results of the requests that were not reads of the credentials. */
  judge(): WatchedCheck[];
}

/** @param document null if the response contains no credentials */
export function toWatchedRead(exchange: Exchange, document: JsonObject | null): WatchedRead {
  const { number, waitedMs, response, failure } = exchange;
  return {
    exchange: number,
    at: getEndpointTime(exchange),
    durationMs: waitedMs,
    response:
      response === null ? { reason: failure?.reason ?? 'connection-closed' } : { status: response.status },
    document: document === null ? null : toWatchedDocument(document),
  };
}

function toWatchedDocument(document: JsonObject): WatchedDocument | null {
  const { AccessKeyId: accessKeyId, LastUpdated: lastUpdated } = document;
  if (typeof accessKeyId !== 'string' || accessKeyId === '') return null;
  return {
    accessKeyId,
    lastUpdated: typeof lastUpdated === 'string' ? lastUpdated : null,
    expiration: parseField(document, 'Expiration')?.instant ?? null,
  };
}
