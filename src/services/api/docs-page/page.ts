import { createHash } from 'node:crypto';
import type { Language } from '#domain/language.ts';

// Tested by: docs-page.test.ts

export interface Page {
  html: string;
  /** Of its one inline style sheet, for the Content-Security-Policy. */
  styleHash: string;
}

const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#d8dde3,#333a44);--soft:light-dark(#f4f6f8,#1a1f26);--ink:light-dark(#1c2733,#dfe5ec);--mute:light-dark(#5a6775,#98a5b3);--link:light-dark(#0b5cad,#7db7f5)}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:light-dark(#fff,#12161b)}
a{color:var(--link)}main{max-width:60rem;margin:0 auto;padding:1.5rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.75rem 1.5rem;border-bottom:1px solid var(--line);background:var(--soft)}
h1{margin:.5rem 0}h2{margin:2.5rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}h3{margin:0;font-size:1rem}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;background:var(--soft)}summary{cursor:pointer;padding:.5rem .75rem}
summary h3{display:inline;font-weight:400}summary code{font-weight:600}details>div{padding:0 .75rem .75rem}
.m{display:inline-block;min-width:4.2rem;font:600 .8rem ui-monospace,monospace;color:var(--link)}
pre,code{font:.875rem/1.5 ui-monospace,monospace}code{overflow-wrap:anywhere}pre{overflow-x:auto;padding:.75rem;border:1px solid var(--line);border-radius:6px;background:light-dark(#fff,#12161b);margin:.5rem 0}
i{color:var(--mute);font-style:normal}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line)}
button{padding:.6rem 1.5rem;border:0;border-radius:6px;font:600 1.05rem system-ui,sans-serif;color:light-dark(#fff,#12161b);background:var(--link);cursor:pointer}
tr:target{background:light-dark(#fff3c4,#4a3d0c)}`;

const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** A whole HTML page that needs no script. `root` leads from where it is served to the first page. */
export function page(content: {
  language: Language;
  title: string;
  body: string;
  root: string;
}): Page {
  const html = `<!doctype html>
<html lang="${content.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="${content.root}favicon.svg"><title>${content.title}</title><style>${STYLE}</style></head>
<body>${content.body}</body></html>
`;
  return { html, styleHash: STYLE_HASH };
}
