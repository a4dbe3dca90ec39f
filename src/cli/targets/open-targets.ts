import type { Seconds } from '../../domain/model.ts';
import { createSocketExchange } from '../../sources/http/socket-exchange.ts';
import { createLocalSource } from '../../sources/open.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { WatchedTarget } from '../../watch/targets/watch-targets.ts';
import type { LiveReportServer, ObservedSource } from '../live-report/live-report-server.ts';
import type { Io } from '../process/io.ts';
import { createTargetEnvironment, type Target } from './target.ts';

/** A target with its source. */
export interface OpenTarget extends WatchedTarget {
  /** Null without --listen. */
  observed: ObservedSource | null;
}

interface OpenOptions {
  store: SampleStore;
  io: Io;
  /** The interval of targets without their own. Null: the targets are polled once. */
  defaultInterval: Seconds | null;
  server: LiveReportServer | null;
  keepsConnections: boolean;
}

/** The current list of targets. A target that does not change keeps its source, and so its IMDS token. */
export class OpenTargetList {
  readonly #options: OpenOptions;
  /** By the settings of the target. */
  #open = new Map<string, OpenTarget>();

  constructor(options: OpenOptions) {
    this.#options = options;
  }

  list(): OpenTarget[] {
    return [...this.#open.values()];
  }

  /** Opens new targets and closes those that are not in the list. */
  replace(targets: readonly Target[]): { added: number; removed: OpenTarget[] } {
    const before = this.#open;
    this.#open = new Map();
    let added = 0;
    for (const target of targets) {
      const key = JSON.stringify(target);
      const known = before.get(key);
      if (known === undefined) added += 1;
      this.#open.set(key, known ?? this.#openTarget(target));
      before.delete(key);
    }
    const removed = [...before.values()];
    for (const { observed } of removed) observed?.forget();
    return { added, removed };
  }

  #openTarget(target: Target): OpenTarget {
    const { store, io, defaultInterval, server, keepsConnections } = this.#options;
    const { env, clock, random, machine } = io;
    const source = createLocalSource(target.source, {
      ...{ env: createTargetEnvironment(target, env), hasChosenEndpoint: true, clock, random },
      role: target.role ?? undefined,
      discoverHost: false,
      // IMDS closes its connections.
      exchange: createSocketExchange({ keepsConnection: keepsConnections && target.source === 'container' }),
    });
    const interval = target.interval ?? defaultInterval ?? 0;
    const observed = server?.observe(source, interval) ?? null;
    const context = { source: observed?.source ?? source, store, host: target.host, machine };
    return { context, interval, observed };
  }
}
