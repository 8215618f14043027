import { LANGUAGES, type Language } from '#domain/language.ts';

/** The language that an `Accept-Language` header (RFC 9110 §12.5.4) asks for; English where it names none of ours. */
export function preferredLanguage(header: string | undefined): Language {
  if (header === undefined) return 'en';
  let best: Language = 'en';
  let bestWeight = 0;
  for (const part of header.slice(0, 500).split(',')) {
    const [range = '', ...parameters] = part.split(';');
    const language = range.trim().slice(0, 2).toLowerCase();
    const known = LANGUAGES.find((one) => one === language);
    if (known === undefined) continue;
    const q = parameters.find((parameter) => parameter.trim().startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.trim().slice(2));
    if (weight > bestWeight) {
      best = known;
      bestWeight = weight;
    }
  }
  return best;
}
