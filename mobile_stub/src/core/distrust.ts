/** Why something that the server sent is not believed, in both languages. */

export class Distrust extends Error {
  constructor(
    readonly zh: string,
    readonly en: string,
  ) {
    super(en);
  }
}
