// Tries mutants of the scripts: bin/mutate.
//
// Each mutant is a module of static/chat/ with one small mistake, and a test should fail. This prints the mutants with
// which all tests pass, and a line for each module. The tests that belong to a module are those that import it, or import
// a helper that does. tests/mutation/equivalent.md names the mutants that no test needs to notice.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize, resolve } from "node:path";

const PROJECT = resolve(dirname(process.argv[1]), "../..");
const SCRIPTS = "static/chat";
const LIMIT_MS = 10_000; // a mutant that takes longer, forever perhaps, counts as killed
const MOST_BYTES = 10_000_000; // of output; a mutant may print without end

// [pattern, replacement]
const MISTAKES = [
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ \?\? /g, " && "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/(?<![\w.$])!(?=[\w(])/g, ""],
  [/(?<![\w.$])\d[\d_]*(?![\w.])/g, otherNumber],
  [/\bif \(/g, "if (false && "],
  [/\bif \(/g, "if (true || "],
  [/\breturn (?!;)(?=.*;$)/g, "return void "],
  [/^ *(await )?[\w.?[\]()]+\(.*\);$/g, ""], // a call
  [/^ *[\w.[\]]+ (=|\+=|-=) .*;$/g, ""], // an assignment
];

// A large number is a time or a size; a little more would change nothing.
function otherNumber(text) {
  const number = Number(text.replaceAll("_", ""));
  return String(number > 10 ? 3 * number : number + 1);
}

function* mutantsOf(source) {
  const lines = source.split("\n");
  for (const [number, line] of lines.entries()) {
    const code = line.replace(/(^|\s)\/\/.*$/, "");
    if (/^(import|export \{)/.test(code)) continue;
    for (const [pattern, replacement] of MISTAKES)
      for (const found of code.matchAll(pattern)) {
        if (isInText(code, found.index)) continue;
        const other = typeof replacement === "string" ? replacement : replacement(found[0]);
        const mutant = code.slice(0, found.index) + other + code.slice(found.index + found[0].length);
        yield { line: number + 1, from: code.trim(), to: mutant.trim(), source: replaced(lines, number, mutant) };
      }
  }
}

function replaced(lines, number, line) {
  return [...lines.slice(0, number), line, ...lines.slice(number + 1)].join("\n");
}

function isInText(code, index) {
  const before = code.slice(0, index).replace(/\\./g, "");
  return [`"`, `'`, "`"].some((quote) => before.split(quote).length % 2 === 0);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));
}

function importsOf(path) {
  const found = readFileSync(path, "utf8").matchAll(/(?:from |import\()["`](\.\.?\/[^"?]+)/g);
  return [...found].map(([, name]) => normalize(join(dirname(path), name)));
}

function testsOf(module, folder) {
  const tests = filesBelow(join(folder, "tests/js")).map((name) => join(folder, "tests/js", name));
  const wanted = join(folder, SCRIPTS, module);
  const isImportedBy = (path) => importsOf(path).some((name) => name === wanted || (isHelper(name) && isImportedBy(name)));
  const isHelper = (path) => path.startsWith(join(folder, "tests/js"));
  return tests.filter((path) => path.endsWith(".test.js") && isImportedBy(path));
}

function isGreen(tests) {
  try {
    tests.forEach((path) => execFileSync("node", [path], { timeout: LIMIT_MS, stdio: "pipe", maxBuffer: MOST_BYTES }));
    return true;
  } catch {
    return false;
  }
}

function tryMutants(module, folder) {
  const path = join(folder, SCRIPTS, module);
  const source = readFileSync(path, "utf8");
  const tests = testsOf(module, folder);
  if (tests.length === 0) return console.log(`${module}: no test imports it`);
  if (!isGreen(tests)) throw new Error(`${module}: its tests fail without a mutant`);
  const mutants = [...mutantsOf(source)];
  const survivors = mutants.filter((mutant) => {
    writeFileSync(path, mutant.source);
    const survived = isGreen(tests);
    if (survived) console.log(`  ${module}:${mutant.line} survived: ${mutant.from}  ->  ${mutant.to}`);
    return survived;
  });
  writeFileSync(path, source);
  console.log(`${module}: ${mutants.length - survivors.length} of ${mutants.length} killed`);
}

const folder = mkdtempSync(join(tmpdir(), "mutants-"));
try {
  for (const part of ["static", "templates", "tests/js", "package.json"])
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  const all = filesBelow(join(PROJECT, SCRIPTS)).sort();
  const wanted = process.argv.slice(2);
  (wanted.length ? wanted : all).forEach((module) => tryMutants(module, folder));
} finally {
  rmSync(folder, { recursive: true });
}
