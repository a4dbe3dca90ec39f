import type { Clock } from '../../clock.ts';
import type { CheckId } from '../../domain/conformance/check-list.ts';
import type { CheckResult, ConformanceNote } from '../../domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../domain/conformance/conformance-check.ts';
import type { Seconds } from '../../domain/model.ts';
import type { PollLimits } from '../http/exchange.ts';
import type { SourceOptions } from '../source.ts';
import type { CheckFunction } from './check-attempt.ts';
import type { Prober } from './exchanges/prober.ts';
import type { AuthorizationToken } from './target.ts';
import type { EndpointWatcher } from './watch/endpoint-watcher.ts';
import type { WatchOptions } from './watch/watch-endpoint.ts';

export interface ConformanceOptions extends Pick<SourceOptions, 'env' | 'nameServers' | 'readFile'> {
  /** IMDS: the base URL. Containers: the URL of the credentials. */
  url: URL;
  shape: ConformanceShape;
  clock: Clock;
  /** The role to request, instead of the listed one. */
  role: string | null;
  /** The value of the Authorization header. */
  token: AuthorizationToken | null;
  /** Aborted to end the run early. */
  signal?: AbortSignal;
  /** Default: those of `CHECK_LIMITS`. */
  limits?: PollLimits;
  /** Watches the endpoint after the checks. */
  watch?: WatchOptions;
  /** Called after each check, for progress. */
  onResult?: (result: CheckResult) => void;
}

/** The checks of one shape, which share the responses of the endpoint. */
export interface ShapeChecks {
  /** In the order in which they are made. Checks without an entry are made only with --watch. */
  functions: Partial<Record<CheckId, CheckFunction>>;
  /** @param quote makes a text of the endpoint safe to print */
  listNotes(quote: (text: string) => string): Promise<ConformanceNote[]>;
  /**
   * @param prober sends the requests of the watcher
   * @throws SkippedCheck if the endpoint serves no credentials
   */
  createWatcher(prober: Prober, seconds: Seconds): Promise<EndpointWatcher>;
}
