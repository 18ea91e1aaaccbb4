import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": here("src"), debug: here("src/phone/silent.cjs") } },
  cacheDir: here(".vite"),
  // what of Vue and vue-i18n nothing here uses is not sent: components of options, translations by components, tools
  // of those who write pages, and the reader of a language of which our texts have only the gaps
  define: {
    __VUE_OPTIONS_API__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
    __INTLIFY_DROP_MESSAGE_COMPILER__: "true",
  },
  build: {
    outDir: here("../static"),
    emptyOutDir: true,
    target: "es2022",
    // nothing is put into a page or a style sheet as data: the policy of the page allows none
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    // what many pages share is one file: packed by itself, each of thirty small ones took as much again
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", test: /\/ui\/src\//, minShareCount: 6 }] } } },
  },
  // a browser asks the service itself while the page is worked on: callcenter serve, then npx vite
  server: { host: "127.0.0.1", proxy: { "/api": { target: "http://127.0.0.1:8080" } } },
  // files share their workers, and what those have loaded: loading all of it for each file took four times as long
  test: { include: ["src/**/*.test.ts"], pool: "threads", isolate: false, unstubGlobals: true, environment: "node" },
});
