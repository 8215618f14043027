import type { IncomingMessage } from 'node:http';

/** What is known of a request before its body; names of headers are in lower case. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** JSON, or no body where that is empty. */
export interface Answer {
  status: number;
  body: string;
  /** Besides type and length. */
  headers?: Readonly<Record<string, string>>;
}

/** A POST call that is small enough to be taken whole, head and body at once. */
export interface WholeCall {
  /** Reads a head; done once for a head that its sender repeats. Does not throw. */
  open(head: RequestHead): Sender;
}

export interface Sender {
  /** Lets in a body of so many bytes. Throws or rejects where the head alone is enough to refuse it. */
  admit(bodyBytes: number): Admission | Promise<Admission>;
}

/** Room for one body. Ends with `take` or with `abandon`. */
export interface Admission {
  /** Rejects with what is to be answered as a problem. */
  take(body: Buffer): Promise<Answer>;
  /** The body never came whole. */
  abandon(): void;
}
