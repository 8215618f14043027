// The topics of Kafka and MQTT as an AsyncAPI 3.0 document, made of the schemas that the code uses.
import { VERSION } from '#config/version.ts';
import { Alert } from '#domain/alert.ts';
import { AlertEvent, DeadLetterEvent } from '#domain/stream-events.ts';
import { StreamReading, StreamRefusal } from '#domain/stream-records.ts';
import { ReadingInput } from '#services/api/openapi/ingest-paths.ts';
import { tidySchemas } from '#services/api/openapi/tidy-schemas.ts';
import { HEADERS } from '#stream/kafka/record-format.ts';
import { TOPICS } from '#stream/kafka/topics.ts';

const KEY = {
  type: 'string',
  description: '`<customer>/<sensor_id>`, partitioned as the Java client does (murmur2)',
};
const READING_HEADERS = {
  type: 'object',
  properties: {
    [HEADERS.source]: { type: 'string', enum: ['http', 'line', 'mqtt', 'import'] },
    [HEADERS.kind]: { type: 'string', description: '`refused` where it was; absent for readings' },
    [HEADERS.reply]: { type: 'string', description: 'Where its outcome is waited for' },
    [HEADERS.index]: { type: 'string', description: 'Its place in the request, with `reply`' },
  },
};
const EVENT_HEADERS = {
  type: 'object',
  properties: {
    'content-type': { const: 'application/cloudevents+json; charset=UTF-8' },
  },
};

const SCHEMAS = { StreamReading, StreamRefusal, AlertEvent, DeadLetterEvent, ReadingInput, Alert };

const message = (title: string, payload: object, more: object = {}) => ({
  title,
  contentType: 'application/json',
  payload,
  ...more,
});
const onKafka = { bindings: { kafka: { key: KEY, bindingVersion: '0.5.0' } } };

/** Channels by their id, with the messages that they carry. */
function channels(schemas: Record<keyof typeof SCHEMAS, object>) {
  const kafka = [{ $ref: '#/servers/kafka' }];
  const mqtt = [{ $ref: '#/servers/mqtt' }];
  const sensorId = { sensor_id: { description: 'The sensor' } };
  return {
    readings: {
      address: TOPICS.readings,
      servers: kafka,
      description:
        'From gateways to processors, one reading a record. Other producers may write here too: what is no reading goes to the dead letters',
      messages: {
        reading: message('A reading', schemas.StreamReading, {
          headers: READING_HEADERS,
          ...onKafka,
        }),
        refusal: message('A refused reading', schemas.StreamRefusal, {
          headers: READING_HEADERS,
          ...onKafka,
        }),
      },
    },
    alerts: {
      address: TOPICS.alerts,
      servers: kafka,
      description: 'Every change of an alert, at least once, after it has become durable',
      messages: {
        change: message('A changed alert (CloudEvents 1.0)', schemas.AlertEvent, {
          contentType: 'application/cloudevents+json',
          headers: EVENT_HEADERS,
          ...onKafka,
        }),
      },
    },
    deadLetters: {
      address: TOPICS.deadLetters,
      servers: kafka,
      description: 'Every refused reading, at least once',
      messages: {
        refused: message('A refused reading (CloudEvents 1.0)', schemas.DeadLetterEvent, {
          contentType: 'application/cloudevents+json',
          headers: EVENT_HEADERS,
          ...onKafka,
        }),
      },
    },
    mqttReadings: {
      address: 'v1/sensors/{sensor_id}/readings',
      servers: mqtt,
      parameters: sensorId,
      description:
        'MQTT 3.1.1; the acknowledgement follows the commit. The payload is a reading or an array of them, and may leave `sensor_id` out',
      messages: {
        reading: message('Readings of one sensor', {
          anyOf: [schemas.ReadingInput, { type: 'array', items: schemas.ReadingInput }],
        }),
      },
    },
    mqttAlerts: {
      address: 'v1/alerts/{sensor_id}',
      servers: mqtt,
      parameters: sensorId,
      description: 'An alert of a sensor after each change',
      messages: { alert: message('An alert', schemas.Alert) },
    },
  };
}

const operation = (action: 'send' | 'receive', channel: string, summary: string) => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  summary,
});

/** `action` is the platform's: it receives what others send. */
export function asyncApiDocument(): object {
  const tidied = tidySchemas({ wanted: SCHEMAS }) as unknown as {
    wanted: Record<keyof typeof SCHEMAS, object>;
    components: { schemas: Record<string, object> };
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Vigie',
      version: VERSION,
      description: 'Sensor readings in, alerts out: the topics of Kafka and MQTT.',
    },
    servers: {
      kafka: {
        host: 'localhost:9092',
        protocol: 'kafka',
        description: 'VIGIE_KAFKA_BROKERS',
      },
      mqtt: { host: 'localhost:1883', protocol: 'mqtt', protocolVersion: '3.1.1' },
    },
    defaultContentType: 'application/json',
    channels: channels(tidied.wanted),
    operations: {
      takeReadings: operation('receive', 'readings', 'Takes readings in'),
      publishAlerts: operation('send', 'alerts', 'Tells of changed alerts'),
      publishDeadLetters: operation('send', 'deadLetters', 'Tells of refused readings'),
      takeMqttReadings: operation('receive', 'mqttReadings', 'Takes readings in over MQTT'),
      publishMqttAlerts: operation('send', 'mqttAlerts', 'Tells of alerts over MQTT'),
    },
    components: tidied.components,
  };
}
