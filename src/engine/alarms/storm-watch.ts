const WINDOW_MS = 600_000;
/** A storm begins above the one and ends below the other, as a flood does (ISA-18.2). */
const BEGINS_ABOVE = 10;
const ENDS_BELOW = 5;

/** Watches the alerts of a customer for storms: the first one of a storm is mostly what the others come from. */
export class StormWatch {
  /** The newest, no more than are needed to tell. */
  readonly #recent: { id: string; atMs: number }[] = [];
  #isStorm = false;

  /** Notes an alert that is raised; answers the first alert of the storm that it makes, once a storm. */
  raised(id: string, atMs: number): string | undefined {
    const recent = this.#recent;
    while (recent.length > 0 && recent[0]!.atMs <= atMs - WINDOW_MS) recent.shift();
    if (recent.length + 1 < ENDS_BELOW) this.#isStorm = false;
    recent.push({ id, atMs });
    if (recent.length > BEGINS_ABOVE + 1) recent.shift();
    if (this.#isStorm || recent.length <= BEGINS_ABOVE) return undefined;
    this.#isStorm = true;
    return recent[0]!.id;
  }
}
