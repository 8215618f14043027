import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precache } from './precache.ts';

// The platform that `npm run dev -w web` talks to.
const PLATFORM = 'http://127.0.0.1:8080';
const room = (name: string) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

export default defineConfig({
  plugins: [react(), precache()],
  // Types of the API, and pure functions (units) that the server's messages use as well.
  resolve: { alias: { '#domain': room('domain'), '#engine': room('engine') } },
  build: {
    target: 'es2023',
    sourcemap: false,
    // Every script and style is a file of our own: the page's Content-Security-Policy lets nothing inline through.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/docs', '/openapi.json', '/health'].map((path) => [path, PLATFORM]),
    ),
  },
});
