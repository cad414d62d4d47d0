/** Draws a picture inside a white border and asks the worker what codes are in it. */

import type { DecodeReply, DecodeRequest } from "./decode.protocol";

/** zxing misses codes whose quiet zone touches the frame; 16 px of border cured all of them. */
const BORDER = 16;
const MAX_STILL_SIDE = 2000;

export class Decoder {
  private readonly worker = new Worker(new URL("./decode.worker.ts", import.meta.url), {
    type: "module",
  });
  private readonly canvas = document.createElement("canvas");
  private readonly waiting = new Map<number, (reply: DecodeReply) => void>();
  private nextId = 0;

  constructor() {
    this.worker.onmessage = (event: MessageEvent<DecodeReply>) => {
      this.waiting.get(event.data.id)?.(event.data);
      this.waiting.delete(event.data.id);
    };
  }

  frame(video: HTMLVideoElement): Promise<readonly string[]> {
    return this.decode(video, video.videoWidth, video.videoHeight, false);
  }

  async still(file: Blob): Promise<readonly string[]> {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, MAX_STILL_SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width * scale, picture.height * scale].map(Math.round);
    const texts = await this.decode(picture, width as number, height as number, true);
    picture.close();
    return texts;
  }

  private async decode(
    source: CanvasImageSource,
    width: number,
    height: number,
    thorough: boolean,
  ): Promise<readonly string[]> {
    const pixels = this.draw(source, width, height);
    const id = this.nextId++;
    const request: DecodeRequest = {
      id, thorough, width: pixels.width, height: pixels.height, pixels: pixels.data.buffer,
    };
    const reply = await new Promise<DecodeReply>((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage(request, [request.pixels]);
    });
    if (reply.error) throw new Error(reply.error);
    return reply.texts;
  }

  private draw(source: CanvasImageSource, width: number, height: number) {
    this.canvas.width = width + 2 * BORDER;
    this.canvas.height = height + 2 * BORDER;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("no canvas");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(source, BORDER, BORDER, width, height);
    return context.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }
}
