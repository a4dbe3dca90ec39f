import type { Seconds } from '../../domain/model.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';
import type { SimulationFlags } from './settings.ts';

/** Parsed options of `cred-watch simulate`. */
export interface SimulateFlags extends SimulationFlags, ListeningFlags {
  for?: Seconds;
  format: 'text' | 'json';
  /** False with --no-log. */
  log: boolean;
  history?: Seconds;
  every?: Seconds;
  until?: string;
  output?: string;
  host?: string;
}
