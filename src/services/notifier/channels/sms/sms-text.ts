// Tested by: sms.test.ts

/** 3GPP TS 23.038 section 6.2.1, the default alphabet: one septet each. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension: two septets each. */
const EXTENDED = new Set('^{}\\[~]|€');

/** What is as well understood in the default alphabet: one of these signs would make a message less than half as long. */
const PLAINER: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '…': '...',
  '–': '-',
  '—': '-',
  '‑': '-',
  '−': '-',
  '·': '.',
  '•': '-',
  '→': '->',
  '×': 'x',
  '≥': '>=',
  '≤': '<=',
  '²': '2',
  '³': '3',
  '₂': '2',
  µ: 'u',
  μ: 'u',
  Ω: 'Ohm',
  œ: 'oe',
  Œ: 'OE',
  '\t': ' ',
};

/** How many parts a text takes (3GPP TS 23.040): parts of a longer one carry a header. */
export function segmentsOf(text: string): number {
  const { size, whole, part } = measure(text);
  return size <= whole ? 1 : Math.ceil(size / part);
}

function measure(text: string): { size: number; whole: number; part: number } {
  let size = 0;
  for (const sign of text) {
    if (BASIC.has(sign)) size += 1;
    else if (EXTENDED.has(sign)) size += 2;
    // UCS-2: a sign outside of it takes two places.
    else return { size: text.length, whole: 70, part: 67 };
  }
  return { size, whole: 160, part: 153 };
}

/** The text in the default alphabet as far as it is understood so; otherwise as it is. */
export function plainer(text: string): string {
  const spelled = text
    .replace(/°(?=[CF]\b)/g, '')
    .replaceAll('°', ' deg')
    .replace(/«\s*|\s*»/g, '"');
  const inPlain = [...spelled]
    .map((sign) => plainSign(sign))
    .join('')
    .replace(/ +/g, ' ');
  return [...inPlain].every((sign) => BASIC.has(sign) || EXTENDED.has(sign)) ? inPlain : text;
}

function plainSign(sign: string): string {
  if (BASIC.has(sign) || EXTENDED.has(sign)) return sign;
  const known = PLAINER[sign];
  if (known !== undefined) return known;
  if (/\p{Zs}/u.test(sign)) return ' ';
  return sign.normalize('NFD').replace(/\p{Mn}/gu, '');
}

/**
 * The text in no more than so many parts. What does not fit is cut at a word where there is one near, and `cutMark` says
 * so; of the links, the first with which the whole text still fits goes with it.
 */
export function smsText(
  text: string,
  { segments, links, cutMark }: { segments: number; links: readonly string[]; cutMark: string },
): string {
  const whole = plainer(text.toWellFormed());
  const fits = (candidate: string) => segmentsOf(candidate) <= segments;
  if (fits(whole)) {
    return links.map((url) => `${whole}\n${url}`).find(fits) ?? whole;
  }
  const mark = plainer(cutMark);
  const signs = [...whole];
  let low = 0;
  let high = signs.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(signs.slice(0, middle).join('') + mark)) low = middle;
    else high = middle - 1;
  }
  const kept = signs.slice(0, low).join('');
  const atWord = kept.lastIndexOf(' ');
  return (atWord > kept.length - 20 ? kept.slice(0, Math.max(0, atWord)) : kept) + mark;
}
