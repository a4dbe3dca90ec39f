/** Services of AWS that give credentials to the code that they run in a way of their own. */
export const PLATFORMS = ['codebuild', 'amplify', 'lambda'] as const;
export type Platform = (typeof PLATFORMS)[number];
