/** Writes into sw.js which files make up this edition, and a digest that names the edition. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

import type { Plugin } from "vite";

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    })
    .sort();
}

export function precache(base: string): Plugin {
  return {
    name: "precache-list",
    apply: "build",
    writeBundle(options) {
      const dist = options.dir as string;
      const worker = join(dist, "sw.js");
      const hash = createHash("sha256");
      const urls: string[] = [];
      for (const path of filesUnder(dist)) {
        if (path === worker || path.includes(`${sep}.`)) continue;
        const name = relative(dist, path).split(sep).join("/");
        hash.update(name).update(readFileSync(path));
        urls.push(base + (name === "index.html" ? "" : name));
      }
      const code = readFileSync(worker, "utf8");
      hash.update(code);
      const edition = JSON.stringify(hash.digest("hex").slice(0, 16));
      const list = JSON.stringify(urls);
      writeFileSync(
        worker,
        `const __PRECACHE__=${list};const __EDITION__=${edition};\n${code}`,
      );
    },
  };
}
