import { type SASLOptions, saslScramSha } from '@platformatic/kafka';

// Tested by: test/scale/kafka-security.test.ts

type Authenticate = NonNullable<SASLOptions['authenticate']>;
type Ask = Parameters<Authenticate>[2];
type Algorithm = Parameters<typeof saslScramSha.authenticate>[2];

/**
 * Signs in by SCRAM (RFC 5802). Where what the broker answers is no message of SCRAM the library throws, within an event
 * of the socket (`@platformatic/kafka` 2.12.1): here it is a sign-in that failed.
 */
export const signInByScram: Authenticate = (
  ...[mechanism, connection, ask, username, password, , done]
) => {
  const asking = ((to, bytes, answer) =>
    ask(to, bytes, (error, response) => {
      try {
        answer?.(error, response);
      } catch (thrown) {
        done(thrown as Error);
      }
    })) as Ask;
  const algorithm = mechanism.slice('SCRAM-'.length) as Algorithm;
  const [name, word] = [username ?? '', password ?? ''];
  saslScramSha.authenticate(
    asking,
    connection,
    algorithm,
    name,
    word,
    saslScramSha.defaultCrypto,
    done,
  );
};
