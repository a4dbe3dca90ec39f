import type { SourceName } from '../../domain/model.ts';

export interface ImportFlags {
  host?: string;
  role?: string;
  source?: SourceName;
  timezone?: string;
  at?: 'mtime';
  dryRun?: boolean;
  strict?: boolean;
  db?: string;
}
