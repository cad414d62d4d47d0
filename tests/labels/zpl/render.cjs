// Reads {zpl, width, height, dpmm} as JSON lines and answers with a PNG in base64 for each.
const { ready } = require("zpl-renderer-js");

async function main() {
  const { api } = await ready;
  const lines = require("node:fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
  const pngs = [];
  for (const line of lines) {
    const asked = JSON.parse(line);
    const png = await api.zplToBase64Async(asked.zpl, asked.width, asked.height, asked.dpmm);
    pngs.push(png);
  }
  // The WebAssembly keeps the process alive; leave only when everything is written.
  process.stdout.write(pngs.join("\n") + "\n", () => process.exit(0));
}

main();
