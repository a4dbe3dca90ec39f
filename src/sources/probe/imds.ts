import type { Provider } from '../../domain/provider-chain/providers.ts';
import { isTokenLate } from '../../domain/provider-chain/response-times/slow-responses.ts';
import { parseJsonObject, readText, readValue } from '../document/json-object.ts';
import type { HttpExchange } from '../http/exchange.ts';
import { ResponseTimer } from '../http/response-timer.ts';
import { exchangeOverSocket } from '../http/socket-exchange.ts';
import { readMetadataTimeout } from '../imds/settings.ts';
import { DEFAULT_POLL_LIMITS, type SourceOptions } from '../source.ts';
import { pollProvider } from './provider.ts';

export interface ProbedImds {
  imds: Provider;
  /** Null if not tried: only some SDKs need IMDSv1, if the token has no TTL or comes late. */
  doesImdsV1Work: boolean | null;
}

/** Polls IMDS, and notes a document without `Code`, which some SDKs reject. */
export async function probeImds(options: SourceOptions): Promise<ProbedImds> {
  const { exchange: send = exchangeOverSocket } = options;
  const timer = new ResponseTimer((path) => path.includes('/security-credentials'));
  const exchange = timer.measure(send);
  let lacksCode = false;
  const inspectDocuments: HttpExchange = async (endpoint, request, context) => {
    const response = await exchange(endpoint, request, context);
    const document = parseJsonObject(response.body ?? '');
    if (document !== null && readText(document, 'AccessKeyId') !== null) {
      lacksCode = readValue(document, 'Code') === undefined;
    }
    return response;
  };
  const configuredMs = readMetadataTimeout(options);
  const polled = await pollProvider('imds', {
    ...allowUsualTime(options, configuredMs),
    exchange: inspectDocuments,
  });
  const responseTimes = timer.getTimes(configuredMs);
  const notes = lacksCode ? [...polled.notes, { code: 'DOCUMENT_WITHOUT_CODE' } as const] : polled.notes;
  const needsV1 = isTokenLate(responseTimes) || notes.some(({ code }) => code === 'TOKEN_TTL_NONCONFORMING');
  return {
    imds: { ...polled, notes, responseTimes },
    doesImdsV1Work: needsV1 ? await tryImdsV1(options, exchange) : null,
  };
}

/** Ignores a configured limit that is shorter than ours, because only some SDKs read it. */
function allowUsualTime(options: SourceOptions, configuredMs: number | null): SourceOptions {
  const { requestMs } = DEFAULT_POLL_LIMITS;
  if (configuredMs === null || configuredMs >= requestMs) return options;
  return { ...options, env: { ...options.env, AWS_METADATA_SERVICE_TIMEOUT: String(requestMs / 1000) } };
}

/** Polls IMDS without a token, as Go does if the token has no TTL. */
async function tryImdsV1(options: SourceOptions, exchange: HttpExchange): Promise<boolean> {
  const refuseTokens: HttpExchange = async (endpoint, request, context) =>
    request.method === 'PUT'
      ? { status: 404, getHeader: () => null, body: '', receivedAt: context.clock.now(), clockOffset: null }
      : exchange(endpoint, request, context);
  return (await pollProvider('imds', { ...options, exchange: refuseTokens })).state === 'answers';
}
