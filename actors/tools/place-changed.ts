/** A path leads elsewhere than when its call was allowed. The message is for the model. */
export class PlaceChanged extends Error {
  constructor(judged: string, now: string) {
    const what = now === judged ? `${judged} was replaced` : `${judged} is now ${now}: it changed`;
    super(`${what} since this call was allowed. Nothing was done; call again.`);
    this.name = 'PlaceChanged';
  }
}
