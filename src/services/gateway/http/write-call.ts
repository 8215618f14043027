import type { Caller } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import type { Limits, ParsedReadings } from '#domain/reading.ts';
import type {
  Admission,
  Answer,
  RequestHead,
  Sender,
  WholeCall,
} from '#platform/front-door/whole-call.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { IngestOutcome, IngestSource, ReadingStream } from '#stream/reading-stream.ts';
import type { Gatekeeper, SessionProof } from '../authenticate.ts';
import { countOutcome } from '../count-outcome.ts';
import { inflateBody } from '../formats/decompress.ts';
import type { ParseContext } from '../formats/parse-context.ts';
import type { ReceiptClock } from '../receipt-clock.ts';
import { type BodyBudget, BodyShare, tooLarge } from './read-body.ts';

// Tested by: test/e2e/ingest-http.test.ts

export interface WriteDependencies {
  stream: ReadingStream;
  gatekeeper: Gatekeeper;
  /** Of all write calls together. */
  receipts: ReceiptClock;
  limits: Limits;
  metrics: Metrics;
  /** Of all write calls together. */
  budget: BodyBudget;
}

/** What a head asks for. */
export interface WriteRequest {
  key: string | undefined;
  /** Where there is no key. */
  session: SessionProof | undefined;
  encoding: string | undefined;
  /** As `waitMs` of a submission. */
  waitMs?: number | undefined;
  /** An error where the head alone says that the body cannot be read. */
  parse: ((body: Uint8Array, context: ParseContext) => ParsedReadings) | VigieError;
}

/** What makes one write call differ from another. */
export interface WriteFormat {
  source: IngestSource;
  read(head: RequestHead): WriteRequest;
  answer(outcome: IngestOutcome, request: WriteRequest): Answer;
}

export interface WriteCall extends WholeCall {
  open(head: RequestHead): WriteSender;
}

interface WriteSender extends Sender {
  admit(bodyBytes: number): WriteAdmission | Promise<WriteAdmission>;
}

interface WriteAdmission extends Admission {
  /** To be grown where the body turns out larger than it said. */
  readonly share: BodyShare;
}

/** A call that takes readings in. An answer of 2xx says: durable. */
export function createWriteCall(deps: WriteDependencies, format: WriteFormat): WriteCall {
  const { limits } = deps;

  function letIn(request: WriteRequest, caller: Caller, bodyBytes: number): WriteAdmission {
    if (request.parse instanceof VigieError) throw request.parse;
    const { parse } = request;
    if (bodyBytes > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
    const share = new BodyShare(deps.budget, bodyBytes);

    async function take(raw: Buffer): Promise<Answer> {
      try {
        const begun = performance.now();
        const { encoding } = request;
        const body =
          encoding === undefined ? raw : await inflateBody(raw, encoding, limits.bodyBytes);
        share.reach(body.length);
        const receivedMs = deps.receipts.next();
        const parsed = parse(body, { limits, receivedMs });
        deps.receipts.passed(parsed.latestReceiptMs);
        const outcome = await deps.stream.publish({
          customer: caller.customer,
          source: format.source,
          receivedMs,
          bytes: body.length,
          parsed,
          allowedSensors: caller.sensors,
          waitMs: request.waitMs,
        });
        deps.metrics.readingToAck.observe((performance.now() - begun) / 1000);
        countOutcome(deps.metrics, format.source, outcome);
        const { accepted, duplicates, rejected } = outcome;
        if (accepted + duplicates === 0 && rejected.length > 0) throw allRefused(outcome);
        return format.answer(outcome, request);
      } finally {
        share.giveBack();
      }
    }
    return { share, take, abandon: () => share.giveBack() };
  }

  return {
    open(head) {
      const request = format.read(head);
      return {
        admit(bodyBytes) {
          const { key, session } = request;
          const caller =
            session === undefined
              ? deps.gatekeeper.admit(key)
              : deps.gatekeeper.admitSession(session);
          return caller instanceof Promise
            ? caller.then((found) => letIn(request, found, bodyBytes))
            : letIn(request, caller, bodyBytes);
        },
      };
    },
  };
}

function allRefused({ rejected }: IngestOutcome): VigieError {
  const [first] = rejected;
  return new VigieError(
    'all_readings_refused',
    rejected.length === 1
      ? (first?.detail ?? '')
      : `${rejected.length} readings were refused; the first: ${first?.detail}`,
    { extra: { rejected } },
  );
}
