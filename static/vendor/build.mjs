// Builds the third-party front-end files that Enough ships.
//
//   npm ci && node build.mjs            writes them beside this script
//   npm ci && node build.mjs --check    builds elsewhere and compares, exit 1 on a difference
//
// The versions are pinned in package-lock.json. node_modules is never committed.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const inModules = (...parts) => join(here, 'node_modules', ...parts);
const read = (file) => readFileSync(file);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// The licence file of everything that may end up in a shipped file. A package
// missing here stops the build, so nothing is shipped without its licence.
const licenceFiles = {
  'htmx.org': [['LICENSE']],
  echarts: [['LICENSE'], ['NOTICE'], ['licenses', 'LICENSE-d3']],
  zrender: [['LICENSE']],
  tslib: [['LICENSE.txt']],
};

// The compressors are part of Node, and their output may change with it: the
// plain files must be equal everywhere, the compressed ones only under these.
const compressors = {
  node_zlib: process.versions.zlib,
  node_brotli: process.versions.brotli,
  arch: process.arch,
};

function manifest(name) {
  const { version, license } = JSON.parse(read(inModules(name, 'package.json')));
  return { name, version, licence: license };
}

async function bundleECharts() {
  const { version, licence } = manifest('echarts');
  const result = await build({
    absWorkingDir: here,
    entryPoints: ['echarts.entry.js'],
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'echarts',
    target: 'es2015',
    charset: 'utf8',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none', // the full texts are in LICENSES.txt
    banner: { js: `/*! Apache ECharts ${version} (custom build) | ${licence} | see LICENSES.txt */` },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const packages = new Set(
    Object.keys(result.metafile.inputs)
      .map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
      .filter(Boolean),
  );
  return { bytes: Buffer.from(result.outputFiles[0].contents), packages: [...packages].sort() };
}

function gzip(bytes) {
  const out = gzipSync(bytes, { level: 9 }); // Node writes no name and no time
  out[9] = 3; // the "operating system" byte, else it depends on where this runs
  return out;
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

function licences(packages) {
  const rule = '='.repeat(78);
  const parts = packages.flatMap((name) => {
    const files = licenceFiles[name];
    if (!files) throw new Error(`${name} is bundled, but its licence is not listed in build.mjs`);
    const { version, licence } = manifest(name);
    return files.map((file) => {
      const text = read(inModules(name, ...file)).toString('utf8').replaceAll('\r\n', '\n').trim();
      return `${rule}\n${name} ${version} (${licence}): ${file.join('/')}\n${rule}\n\n${text}\n`;
    });
  });
  return Buffer.from(`Third-party code shipped with this program, and its licences.\n\n${parts.join('\n\n')}`);
}

// make writes all shipped files into dir and returns their names.
async function make(dir) {
  const echarts = await bundleECharts();
  const htmx = read(inModules('htmx.org', 'dist', 'htmx.min.js'));
  const packages = ['htmx.org', ...echarts.packages];
  const listed = [];
  const ship = (about, file, bytes) => {
    writeFileSync(join(dir, file), bytes);
    listed.push({ ...about, file, bytes: bytes.length, sha256: sha256(bytes) });
  };

  for (const [about, file, bytes] of [
    [manifest('htmx.org'), 'htmx.min.js', htmx],
    [{ ...manifest('echarts'), includes: echarts.packages.filter((p) => p !== 'echarts').map(manifest) }, 'echarts.min.js', echarts.bytes],
  ]) {
    const [gz, br] = [gzip(bytes), brotli(bytes)];
    if (!gunzipSync(gz).equals(bytes) || !brotliDecompressSync(br).equals(bytes)) {
      throw new Error(`${file}: a compressed copy does not decompress to the original`);
    }
    ship(about, file, bytes);
    ship(about, `${file}.gz`, gz);
    ship(about, `${file}.br`, br);
  }
  ship({ name: 'licence texts', version: '', licence: '' }, 'LICENSES.txt', licences(packages));
  writeFileSync(join(dir, 'VENDOR.json'), `${JSON.stringify({ compressed_with: compressors, files: listed }, null, 2)}\n`);
  return [...listed.map((f) => f.file), 'VENDOR.json'];
}

async function check() {
  const dir = mkdtempSync(join(tmpdir(), 'enough-vendor-'));
  try {
    const names = await make(dir);
    const committed = JSON.parse(read(join(here, 'VENDOR.json')));
    const sameCompressors = JSON.stringify(committed.compressed_with) === JSON.stringify(compressors);
    const unpack = { '.gz': gunzipSync, '.br': brotliDecompressSync };
    const problems = [];

    for (const entry of committed.files) {
      if (sha256(read(join(here, entry.file))) !== entry.sha256) problems.push(`${entry.file}: not the hash in VENDOR.json`);
    }
    for (const name of names) {
      let [now, then] = [read(join(dir, name)), read(join(here, name))];
      if (!sameCompressors) {
        if (name === 'VENDOR.json') continue; // its hashes were checked above
        const open = unpack[name.slice(-3)];
        if (open) [now, then] = [open(now), open(then)];
      }
      if (!now.equals(then)) problems.push(`${name}: differs from a fresh build`);
    }

    if (!sameCompressors) console.log('another zlib or brotli than the committed files: their content was compared, not their bytes');
    if (problems.length > 0) {
      console.error(problems.join('\n'));
      process.exitCode = 1;
    } else {
      console.log(`${names.length} files are as a fresh build makes them`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) {
  await check();
} else {
  await make(here);
  for (const f of JSON.parse(read(join(here, 'VENDOR.json'))).files) console.log(`${String(f.bytes).padStart(9)}  ${f.file}`);
}
