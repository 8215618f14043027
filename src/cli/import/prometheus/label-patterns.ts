// Tested by: cli/import/prometheus/promql.test.ts

/**
 * The patterns with `*` and `?` that say the same as an anchored regular expression (RE2) of plain text, `.`, `.*`, `.+` and
 * alternatives; undefined where there are none. At most 50.
 */
export function regexToGlobs(regex: string): string[] | undefined {
  const inner = unwrapped(regex.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''));
  const globs: string[] = [];
  for (const part of inner.split('|')) {
    const glob = partToGlob(unwrapped(part));
    if (glob === undefined || glob === '') return undefined;
    globs.push(glob);
  }
  return globs.length > 50 ? undefined : globs;
}

/** The texts that an anchored regular expression stands for, where it is nothing but alternatives. */
export function regexToTexts(regex: string): string[] | undefined {
  const globs = regexToGlobs(regex);
  return globs?.some((glob) => /[*?]/.test(glob)) ? undefined : globs;
}

/** Whether an anchored regular expression fits; undefined where it cannot be read here. */
export function regexFits(regex: string, text: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${regex})$`, 'su').test(text);
  } catch {
    return undefined;
  }
}

function unwrapped(regex: string): string {
  const match = /^\((?:\?:)?([^()]*)\)$/.exec(regex);
  return match?.[1] ?? regex;
}

function partToGlob(part: string): string | undefined {
  let glob = '';
  for (let rest = part; rest !== ''; ) {
    const match = /^(?:\.\*|\.\+|\.|\\[.\-_:/]|[\p{L}\p{M}\p{N}\-_:/@ %,]+(?![*+?{]))/u.exec(rest);
    if (match === null) return undefined;
    const [piece] = match;
    if (piece === '.*') glob += '*';
    else if (piece === '.+') glob += '?*';
    else if (piece === '.') glob += '?';
    else glob += piece.startsWith('\\') ? piece.slice(1) : piece;
    rest = rest.slice(piece.length);
    // A counted single character, such as .? or .{2}, is beyond these patterns.
    if (piece === '.' && /^[?{]/.test(rest)) return undefined;
  }
  return glob;
}
