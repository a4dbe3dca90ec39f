/** Provided by .esbuild/page-assets.mjs, because report reads no files and computes no hashes. */
declare module 'virtual:page-assets' {
  interface Asset {
    text: string;
    /** For the Content-Security-Policy: `sha256-…`. */
    hash: string;
  }
  export const script: Asset;
  export const style: Asset;
}
