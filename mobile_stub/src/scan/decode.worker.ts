/** Decodes QR codes off the main thread with zxing-wasm; the wasm file is our own asset. */

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

import type { DecodeReply, DecodeRequest } from "./decode.protocol";

const scope = self as unknown as DedicatedWorkerGlobalScope;

// Without this the library fetches its wasm from a public network.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

async function decode(request: DecodeRequest): Promise<readonly string[]> {
  const { pixels, width, height, thorough } = request;
  const image = new ImageData(new Uint8ClampedArray(pixels), width, height);
  const found = await readBarcodes(image, {
    formats: ["QRCode", "DataMatrix", "Code128"],
    tryHarder: thorough,
    tryRotate: thorough,
    tryInvert: thorough,
    tryDownscale: thorough,
    maxNumberOfSymbols: 8,
  });
  return found.filter((symbol) => symbol.isValid).map((symbol) => symbol.text);
}

scope.onmessage = async (event: MessageEvent<DecodeRequest>) => {
  const { id } = event.data;
  let reply: DecodeReply;
  try {
    reply = { id, texts: await decode(event.data), error: "" };
  } catch (error) {
    reply = { id, texts: [], error: String(error) };
  }
  scope.postMessage(reply);
};
