/** The camera: opens the back lens, feeds frames to the decoder, reports each new code once. */

import { Decoder } from "./decoder";

/** The same code held in view is one scan, not thirty a second. */
const REPEAT_MS = 2500;
const FRAME_MS = 60;

/** Chrome's torch constraint, which the standard DOM types do not know. */
interface TorchTrack extends MediaStreamTrack {
  getCapabilities(): MediaTrackCapabilities & { torch?: boolean };
}

let shared: Decoder | undefined;

/** One worker for the page's life: loading the wasm costs more than decoding a frame. */
export function decoder(): Decoder {
  shared ??= new Decoder();
  return shared;
}

export class Camera {
  private stream: MediaStream | undefined;
  private running = false;
  private readonly lastSeen = new Map<string, number>();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onCode: (text: string) => void,
  ) {}

  async start(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        facingMode: { ideal: "environment" },
        width: { ideal: 1280 },
        height: { ideal: 720 },
      },
    });
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    this.running = true;
    void this.loop();
  }

  stop(): void {
    this.running = false;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }

  get hasTorch(): boolean {
    const track = this.stream?.getVideoTracks()[0] as TorchTrack | undefined;
    return track?.getCapabilities?.().torch ?? false;
  }

  async torch(on: boolean): Promise<void> {
    const constraint = { torch: on } as MediaTrackConstraintSet;
    await this.stream?.getVideoTracks()[0]?.applyConstraints({ advanced: [constraint] });
  }

  private async loop(): Promise<void> {
    while (this.running) {
      const started = performance.now();
      if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const texts = await decoder().frame(this.video).catch(() => []);
        if (this.running) texts.forEach((text) => this.report(text));
      }
      const rest = Math.max(0, FRAME_MS - (performance.now() - started));
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  private report(text: string): void {
    const now = Date.now();
    const fresh = now - (this.lastSeen.get(text) ?? 0) > REPEAT_MS;
    this.lastSeen.set(text, now);
    if (fresh) this.onCode(text);
  }
}
