import { VigieError } from '#domain/errors.ts';
import type { Credential, Gatekeeper } from '../authenticate.ts';

/** Return codes of CONNACK (MQTT 3.1.1 section 3.2.2.3). */
const CONNACK = {
  identifierRejected: 2,
  serverUnavailable: 3,
  badCredentials: 4,
  notAuthorized: 5,
} as const;

/** MQTT names 23 as what every server takes; longer ones are common. */
export const MAX_CLIENT_ID_CHARACTERS = 256;
/** As user name where the client knows only its key. */
const ANY_KEY = 'key';

export interface ConnectRequest {
  clientId: string;
  clean: boolean;
  username: string | undefined;
  password: Buffer | undefined;
}

export interface SignedIn {
  key: string;
  credential: Credential;
}

export interface Refusal {
  returnCode: (typeof CONNACK)[keyof typeof CONNACK];
  reason: string;
}

/** User name = the key's id or `key`, password = the key. Never rejects. */
export async function signIn(
  request: ConnectRequest,
  gatekeeper: Gatekeeper,
): Promise<SignedIn | Refusal> {
  const { clientId, clean, username } = request;
  // [MQTT-3.1.3-8]
  if (clientId === '' && !clean) return refuse('identifierRejected', 'no client id');
  if (clientId.length > MAX_CLIENT_ID_CHARACTERS) {
    return refuse('identifierRejected', 'the client id is too long');
  }
  const key = request.password?.toString('utf8');
  if (key === undefined || username === undefined) return refuse('badCredentials', 'no key');
  try {
    const credential = await gatekeeper.identify(key);
    const { who } = credential.caller;
    if (username !== ANY_KEY && who !== `key:${username}`) {
      return refuse('badCredentials', 'the user name is not the id of the key');
    }
    return { key, credential };
  } catch (error) {
    if (error instanceof VigieError && error.code === 'unauthenticated') {
      return refuse('badCredentials', 'no valid key');
    }
    if (error instanceof VigieError && error.code === 'forbidden') {
      return refuse('notAuthorized', error.message);
    }
    return refuse('serverUnavailable', 'keys cannot be looked up');
  }
}

function refuse(code: keyof typeof CONNACK, reason: string): Refusal {
  return { returnCode: CONNACK[code], reason };
}
