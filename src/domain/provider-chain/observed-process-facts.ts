/** Another process whose environment decides. */
export interface ObservedProcess {
  pid: number;
  isOtherUser: boolean;
  /** It runs in another mount namespace or below another root. */
  hasOtherFiles: boolean;
  /** It runs in another network namespace, so its endpoints may be others. */
  hasOtherNetwork: boolean;
}
