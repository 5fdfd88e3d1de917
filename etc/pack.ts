/**
 * The second half of `npm run build`: the packages that dist loads go into a few files of dist/packages, from which
 * our own modules, each still a file at its place, import them. A daemon's start opens 1,100 small files without it;
 * with it, half of the CPU of a start is saved. What tsc alone leaves in dist runs as well.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', 'dist');
const modules = ['src', 'migrations'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

const native = ['sqlite3', 'sharp'];
const findFilesBesideThem = ['tesseract.js', 'pdf-parse', 'pdfkit', 'mailauth'];
/** Those knex asks for by name: only PostgreSQL's is installed, and only a desk on PostgreSQL loads it. */
const drivers = [
  ...['pg', 'pg-native', 'pg-query-stream'],
  ...['better-sqlite3', 'mariadb', 'mysql', 'mysql2', 'oracledb', 'tedious'],
];

rmSync(join(root, 'packages'), { recursive: true, force: true });
await build({
  entryPoints: modules,
  outbase: root,
  outdir: root,
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'packages/[hash]',
  sourcemap: 'linked',
  sourcesContent: false,
  external: [...native, ...findFilesBesideThem, ...drivers],
  // The packages are CommonJS and ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  plugins: [
    {
      name: 'our own modules stay apart',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\.\.?\// }, ({ path, importer, kind }) =>
          kind === 'entry-point' || importer.includes('node_modules') ? null : { path, external: true },
        ),
    },
  ],
  logLevel: 'warning',
});
