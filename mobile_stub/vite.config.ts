import { defineConfig } from "vite";

import { icons } from "./build/icons.ts";
import { precache } from "./build/precache.ts";

const base = "/handheld/";

export default defineConfig({
  base,
  plugins: [icons(), precache(base)],
  worker: { format: "es" },
  build: {
    // PDAs in the field run engines as old as this one.
    target: "chrome80",
    // data: URLs would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { page: "index.html", sw: "src/sw.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
