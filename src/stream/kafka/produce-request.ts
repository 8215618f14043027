import { type Connection, produceV11, type ResponseError, Writer } from '@platformatic/kafka';

// Tested by: test/scale/kafka-stream.test.ts

type ProduceResponse = produceV11.ProduceResponse;

const PRODUCE = 0;
/** All in-sync replicas. */
const ACKS_ALL = -1;
/** The versions of the request that are encoded as below. */
export const PRODUCE_VERSIONS = { oldest: 9, newest: 11 } as const;

export interface ProduceRequest {
  topic: string;
  version: number;
  /** How long the broker waits for its replicas. */
  timeoutMs: number;
  batches: readonly { partition: number; bytes: Buffer }[];
}

/**
 * One produce request with batches that are encoded already. Answers the broker's word on each partition
 * (0 = the replicas have it); rejects where the broker could not be asked.
 */
export async function sendProduce(
  connection: Connection,
  { topic, version, timeoutMs, batches }: ProduceRequest,
): Promise<Map<number, number>> {
  const response = await new Promise<ProduceResponse>((resolve, reject) => {
    connection.send<ProduceResponse>(
      PRODUCE,
      version,
      () =>
        Writer.create()
          .appendString(null)
          .appendInt16(ACKS_ALL)
          .appendInt32(timeoutMs)
          .appendArray([topic], (writer, name) => {
            writer.appendString(name).appendArray([...batches], (inner, { partition, bytes }) => {
              inner
                .appendInt32(partition)
                .appendUnsignedVarInt(bytes.length + 1)
                .append(bytes);
            });
          })
          .appendTaggedFields(),
      produceV11.parseResponse,
      true,
      true,
      (error, answer) => {
        // Where a partition was refused the answer comes with the error.
        const whole = answer ?? (error as ResponseError | null)?.response;
        if (whole !== undefined) resolve(whole as ProduceResponse);
        else reject(error ?? new Error('no answer'));
      },
    );
  });
  return new Map(
    response.responses.flatMap(({ partitionResponses }) =>
      partitionResponses.map(({ index, errorCode }) => [index, errorCode] as const),
    ),
  );
}
