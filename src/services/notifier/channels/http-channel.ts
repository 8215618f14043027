import type { TSchema } from 'typebox';
import { findAddressProblems } from '../outbound/address-problems.ts';
import { HttpPoster } from '../outbound/http-poster.ts';
import { postOnce } from '../outbound/post-once.ts';
import type { Channel, ChannelOptions, ChannelSettings, Outcome, SendRequest } from './channel.ts';
import { type HttpPost, PostCourses } from './post-courses.ts';

// Tested by: http-channel.contract.ts

/** A channel that makes one or several requests for each message. */
export interface HttpChannelKind {
  name: string;
  settingsSchema: TSchema;
  secretFields: readonly string[];
  /** The setting that holds an address, checked when the contact is made. */
  addressField: string;
  /** What to post, in order; says the same at every attempt at the same message. */
  write(
    request: SendRequest,
  ): HttpPost | readonly HttpPost[] | Promise<HttpPost | readonly HttpPost[]>;
}

/** Makes the channel: addresses are guarded, and no secret gets into what is written down of an attempt. */
export function createHttpChannel(options: ChannelOptions, kind: HttpChannelKind): Channel {
  const { allowPrivate, clock, resolver } = options;
  const { name, settingsSchema, secretFields, addressField } = kind;
  const poster = new HttpPoster({ allowPrivate, resolver });
  const courses = new PostCourses();
  return {
    name,
    settingsSchema,
    secretFields,
    findProblems(settings) {
      const address = settings[addressField];
      if (typeof address !== 'string') return [];
      return findAddressProblems(address, { pointer: `/${addressField}`, allowPrivate });
    },
    prepareSettings: (settings) => ({ ...settings }),
    async send(request) {
      const { settings } = request.contact;
      const written = await kind.write(request);
      const posts: readonly HttpPost[] = Array.isArray(written) ? written : [written];
      const outcome = await courses.run(request, posts, (post) => {
        return postOnce(poster, { ...post, signal: request.signal }, clock);
      });
      return withoutSecrets(outcome, secretsOf(settings, secretFields));
    },
    close: () => poster.close(),
  };
}

/** The base address of a provider, without a slash at its end. */
export function baseOf(apiUrl: string): string {
  return apiUrl.replace(/\/+$/, '');
}

/** Of an address only what comes after the host is secret. */
function secretsOf(settings: ChannelSettings, fields: readonly string[]): string[] {
  return fields.flatMap((field) => {
    const value = settings[field];
    if (typeof value !== 'string') return [];
    if (!URL.canParse(value) || !/^https?:/i.test(value)) return [value];
    const { pathname, search } = new URL(value);
    return [pathname, search].filter((part) => part.length > 1);
  });
}

/** Some providers repeat in their answer what they were sent. */
function withoutSecrets(outcome: Outcome, secrets: readonly string[]): Outcome {
  const hide = (text: string) => secrets.reduce((hid, part) => hid.replaceAll(part, '…'), text);
  if (!outcome.ok) return { ...outcome, detail: hide(outcome.detail) };
  return outcome.receipt === undefined ? outcome : { ...outcome, receipt: hide(outcome.receipt) };
}
