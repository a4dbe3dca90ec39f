import type { Provider } from '../../domain/provider-chain/providers.ts';
import { parseJsonObject, readText, readValue } from '../document/json-object.ts';
import type { HttpExchange } from '../http/exchange.ts';
import { exchangeOverSocket } from '../http/socket-exchange.ts';
import type { SourceOptions } from '../source.ts';
import { pollProvider } from './provider.ts';

export interface ProbedImds {
  imds: Provider;
  /** Null if not tried: only Go needs IMDSv1, if the token has no TTL. */
  doesImdsV1Work: boolean | null;
}

/** Polls IMDS, and finds what only the Go SDK rejects: a document without `Code`, and a token without TTL. */
export async function probeImds(options: SourceOptions): Promise<ProbedImds> {
  const { exchange = exchangeOverSocket } = options;
  let lacksCode = false;
  const inspectDocuments: HttpExchange = async (endpoint, request, context) => {
    const response = await exchange(endpoint, request, context);
    const document = parseJsonObject(response.body ?? '');
    if (document !== null && readText(document, 'AccessKeyId') !== null) {
      lacksCode = readValue(document, 'Code') === undefined;
    }
    return response;
  };
  const polled = await pollProvider('imds', { ...options, exchange: inspectDocuments });
  const notes = lacksCode ? [...polled.notes, { code: 'DOCUMENT_WITHOUT_CODE' } as const] : polled.notes;
  const needsV1 = notes.some(({ code }) => code === 'TOKEN_TTL_NONCONFORMING');
  return {
    imds: { ...polled, notes },
    doesImdsV1Work: needsV1 ? await tryImdsV1(options, exchange) : null,
  };
}

/** Polls IMDS without a token, as Go does if the token has no TTL. */
async function tryImdsV1(options: SourceOptions, exchange: HttpExchange): Promise<boolean> {
  const refuseTokens: HttpExchange = async (endpoint, request, context) =>
    request.method === 'PUT'
      ? { status: 404, getHeader: () => null, body: '', receivedAt: context.clock.now(), clockOffset: null }
      : exchange(endpoint, request, context);
  return (await pollProvider('imds', { ...options, exchange: refuseTokens })).state === 'answers';
}
