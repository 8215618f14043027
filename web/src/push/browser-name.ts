// Tested by: browser-name.test.ts

/** The first that fits: most browsers also call themselves what others are called. */
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPT)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const;
const SYSTEMS = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/** What a browser calls itself (`navigator.userAgent`), for people: such as `Firefox, Android`; a part that is not known is left out. */
export function browserName(userAgent: string): string {
  return [BROWSERS, SYSTEMS]
    .map((names) => names.find(([sign]) => sign.test(userAgent))?.[1])
    .filter((name) => name !== undefined)
    .join(', ');
}
