import { existsSync } from 'node:fs';
import { defineConfig } from 'vite';

const pages = ['console', 'phone'].filter((page) => existsSync(`${page}.html`));
const server = process.env.DISPATCH_SERVER ?? 'http://127.0.0.1:5080';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'wwwroot',
    emptyOutDir: true,
    target: ['es2022', 'chrome107', 'safari16'],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200, // maplibre-gl, loaded only when a map is shown
    rollupOptions: { input: Object.fromEntries(pages.map((page) => [page, `${page}.html`])) },
  },
  server: {
    port: 5173,
    proxy: { '/api': server, '/live': { target: server, ws: true } },
  },
});
