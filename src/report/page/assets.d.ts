/** Made by .esbuild/page-assets.mjs, for the build as for the tests: report does no input, and knows no cryptography. */
declare module 'virtual:page-assets' {
  interface Asset {
    text: string;
    /** As a Content-Security-Policy names it: `sha256-…`. */
    hash: string;
  }
  export const script: Asset;
  export const style: Asset;
}
