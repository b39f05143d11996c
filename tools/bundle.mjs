// Bundles the third-party front-end packages named in package.json into web/static/vendor/.
// Same lock file in, same bytes out: no dates, no absolute paths, no source maps.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "web", "frontend");
const target = join(root, "web", "static", "vendor");

// htmx is a classic script that registers itself; it is copied as its authors publish it.
const copied = {
  "htmx.js": "node_modules/htmx.org/dist/htmx.min.js",
  "htmx-sse.js": "node_modules/htmx.org/dist/ext/hx-sse.min.js",
};

const json = (path) => JSON.parse(readFileSync(path, "utf8"));

function packageOf(input) {
  const parts = input.split("node_modules/").pop().split("/");
  return parts[0].startsWith("@") ? `${parts[0]}/${parts[1]}` : parts[0];
}

// The content security policy refuses style attributes in markup and style elements. Written as attributes of the
// picture, in our own style sheets (css/models_editor.css), or as constructed sheets, the same looks are allowed.
const PICTURE = /style="((?:(?:fill|stroke|stroke-width|stroke-linecap|stroke-linejoin|opacity) ?: ?[^;"{}$]+;? ?)+)"/g;
const PLACED_BY_OUR_SHEETS = /(<div|<a|<span|<svg)([^>`'"]*(?:"[^"]*"[^>`'"]*)*?) style="[^"$]*"/g;
const withoutInlineStyles = {
  name: "without-inline-styles",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/(bpmn-js|diagram-js|dmn-js|@bpmn-io|style-mod|inferno|table-js)[^/]*\/.*\.m?js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const asAttributes = (_whole, list) => list.split(";").filter((part) => part.trim())
        .map((part) => part.split(":").map((word) => word.trim())).map(([name, value]) => `${name}="${value}"`).join(" ");
      const contents = text.replace(PICTURE, asAttributes)
        .replace(PLACED_BY_OUR_SHEETS, "$1$2")
        .replace(`'style="position: absolute; bottom: 15px; right: 15px; z-index: 100;">'`, `'>'`)
        .replace("!root.head && root.adoptedStyleSheets", "root.adoptedStyleSheets");
      return { contents, loader: "js" };
    });
  },
};

async function bundle() {
  const entries = readdirSync(source).filter((name) => /\.(js|css)$/.test(name)).sort();
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => join(source, name)),
    outdir: target,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    // Files of their own, because the content security policy allows no data: fonts.
    loader: { ".png": "file", ".svg": "file", ".woff": "file", ".woff2": "file", ".ttf": "file", ".eot": "file" },
    assetNames: "assets/[name]-[hash]",
    metafile: true,
    // One Preact for the editors and their panels: two would not know each other's hooks.
    alias: { preact: "@bpmn-io/properties-panel/preact" },
    plugins: [withoutInlineStyles],
    logLevel: "warning",
  });
  return Object.keys(result.metafile.inputs).filter((input) => input.includes("node_modules/"));
}

function licences(packages) {
  return packages.map((name) => {
    const folder = join(root, "node_modules", name);
    const file = readdirSync(folder).sort().find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const about = json(join(folder, "package.json"));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${about.license}`;
    return `${name} ${about.version}\n${"=".repeat(72)}\n${text}\n`;
  }).join("\n\n");
}

function filesBelow(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? filesBelow(join(folder, entry.name), `${prefix}${entry.name}/`)
      : [`${prefix}${entry.name}`]).sort();
}

if (existsSync(target)) rmSync(target, { recursive: true });
mkdirSync(target, { recursive: true });
const inputs = await bundle();
for (const [name, path] of Object.entries(copied)) cpSync(join(root, path), join(target, name));
const packages = [...new Set([...inputs, ...Object.values(copied)].map(packageOf))].sort();
writeFileSync(join(target, "LICENSES.txt"), licences(packages));
const manifest = {
  packages: Object.fromEntries(packages.map((name) => [name, json(join(root, "node_modules", name, "package.json")).version])),
  files: Object.fromEntries(filesBelow(target).map((name) =>
    [name, `sha256-${createHash("sha256").update(readFileSync(join(target, name))).digest("base64")}`])),
};
writeFileSync(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
