/** Services of AWS that give credentials to the code that they run in a way of their own. */
export type Platform = 'codebuild' | 'amplify' | 'lambda';
