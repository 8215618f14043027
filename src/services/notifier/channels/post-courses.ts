import type { Post } from '../outbound/post-once.ts';
import type { Outcome, SendRequest } from './channel.ts';

/** One of the requests that a message takes. */
export type HttpPost = Omit<Post, 'signal'> & {
  /** What it is called where it fails and the message counts as sent all the same. */
  optional?: string;
};

/** Of so many notifications that broke off it is known how far they got; others begin anew, which does no harm. */
const MOST_REMEMBERED = 1000;

/**
 * Makes the requests of one message one after the other. Where one fails the next attempt goes on with that one: a digest
 * of hundreds of alerts gets through although the provider takes a few at a time.
 */
export class PostCourses {
  readonly #doneById = new Map<string, number>();

  /** Answers the outcome of the last request, or of the first that failed, which says how many got through before. */
  async run(
    { notificationId, signal }: Pick<SendRequest, 'notificationId' | 'signal'>,
    posts: readonly HttpPost[],
    send: (post: HttpPost) => Promise<Outcome>,
  ): Promise<Outcome> {
    let last: Outcome = { ok: true };
    const notes: string[] = [];
    const begin = this.#doneById.get(notificationId) ?? 0;
    for (let at = begin; at < posts.length; at++) {
      const post = posts[at]!;
      const outcome = await send(post);
      if (outcome.ok) {
        last = outcome;
      } else if (post.optional !== undefined && !signal.aborted) {
        notes.push(`${post.optional}: ${outcome.detail}`);
      } else {
        this.#remember(notificationId, outcome.retryable ? at : 0);
        return at === 0
          ? outcome
          : { ...outcome, detail: `${at} of ${posts.length}, then: ${outcome.detail}` };
      }
    }
    this.#doneById.delete(notificationId);
    if (notes.length === 0 || !last.ok) return last;
    return { ok: true, receipt: [last.receipt, ...notes].filter(Boolean).join('; ') };
  }

  #remember(notificationId: string, done: number): void {
    this.#doneById.delete(notificationId);
    if (done === 0) return;
    this.#doneById.set(notificationId, done);
    const [oldest] = this.#doneById.keys();
    if (this.#doneById.size > MOST_REMEMBERED && oldest !== undefined) {
      this.#doneById.delete(oldest);
    }
  }
}
