#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`caisson needs Node 20 or newer; this is ${process.version}.`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error('caisson is not built yet. Run: npm run build');
  process.exitCode = 1;
} else {
  await import(main.href);
}
