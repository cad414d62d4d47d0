/** What the page and the decoding worker say to each other. */

export interface DecodeRequest {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly pixels: ArrayBuffer;
  /** A still picture may take its time; a video frame may not. */
  readonly thorough: boolean;
}

export interface DecodeReply {
  readonly id: number;
  readonly texts: readonly string[];
  readonly error: string;
}
