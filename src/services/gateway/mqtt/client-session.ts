import type { ConnectPacket } from 'aedes';
import { type Credential, type Gatekeeper, maySend } from '../authenticate.ts';
import { parseTopic, type SensorTopic } from './reading-topics.ts';
import { type Refusal, type SignedIn, signIn } from './sign-in.ts';

// Tested by: mqtt-gateway.test.ts

/** The last message of a client that goes without saying so, where it is a reading. */
export interface Will {
  topic: SensorTopic;
  payload: Buffer;
}

/** Who a client is, from its CONNECT on. Nothing of it outlives the connection. */
export class ClientSession {
  clientId = '';
  will: Will | undefined;
  keepAliveMs = 0;
  /** Why the client is not let in; undefined where it is. */
  refusal: Refusal | undefined;
  #signedIn: SignedIn | undefined;

  get key(): string | undefined {
    return this.#signedIn?.key;
  }

  get credential(): Credential | undefined {
    return this.#signedIn?.credential;
  }

  /** '' until somebody is signed in. */
  get customer(): string {
    return this.#signedIn?.credential.caller.customer ?? '';
  }

  get maySend(): boolean {
    return this.#signedIn !== undefined && maySend(this.#signedIn.credential.caller);
  }

  /**
   * Looks the client up, and takes over from the packet what the broker is not to keep: the keep-alive, the
   * will, and the session itself. Never rejects.
   */
  async signIn(packet: ConnectPacket, gatekeeper: Gatekeeper): Promise<void> {
    const { clientId, username, password, will, keepalive, clean } = packet;
    this.clientId = clientId;
    this.keepAliveMs = (keepalive ?? 0) * 1000;
    if (will !== undefined) this.will = readWill(will);
    packet.keepalive = 0;
    packet.clean = true;
    delete packet.will;
    const found = await signIn(
      {
        clientId,
        clean: clean ?? true,
        username,
        password: password === undefined ? undefined : Buffer.from(password),
      },
      gatekeeper,
    );
    if ('returnCode' in found) {
      this.refusal = found;
      return;
    }
    this.#signedIn = found;
    // One customer's client id must not end another's connection [MQTT-3.1.4-2].
    if (clientId !== '') packet.clientId = `${this.customer}/${clientId}`;
  }

  /** The key as it is now. False where it is no longer valid. */
  renew(credential: Credential | undefined): boolean {
    if (this.#signedIn === undefined || credential?.caller.customer !== this.customer) return false;
    this.#signedIn.credential = credential;
    return true;
  }
}

/** A will that is no reading is let be: many clients name one by habit. */
function readWill(will: NonNullable<ConnectPacket['will']>): Will | undefined {
  try {
    const topic = parseTopic(Buffer.from(will.topic));
    return topic.kind === 'foreign' ? undefined : { topic, payload: Buffer.from(will.payload) };
  } catch {
    return undefined;
  }
}
