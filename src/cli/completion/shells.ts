/** Hidden command that the completion scripts run at TAB. */
export const COMPLETE_COMMAND = '__complete';

/** Shells that have a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];
