"""The joiner of the scripts: what it makes of modules, and what it refuses."""

import shutil
import subprocess
from pathlib import Path

import pytest

from chat.pages.js_bundles import ENTRIES, BundleError, join

ENTRY = "chat/page.js"
STATIC = Path(__file__).resolve().parents[2] / "static"


def joined(entry, **modules):
    """Join the entry's text with modules of the folder lib/, which are given as keywords."""
    files = {ENTRY: entry, **{f"chat/lib/{name}.js": text for name, text in modules.items()}}
    return join(ENTRY, files.get)


def printed(script):
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    return subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True, timeout=30).stdout


def test_modules_run_once_before_their_importers_and_do_not_share_names():
    script = joined(
        'import { b } from "./lib/b.js";\n'
        'import { a, addA } from "./lib/a.js";\n'
        "const secret = 3;\n"
        "console.log(a, b, secret, addA(1), typeof missing);\n",
        a='const secret = 1;\nconsole.log("a runs");\nexport const a = secret;\n'
        "export function addA(n) {\n  return a + n;\n}\n",
        b='import { a } from "./a.js";\nconst secret = 2;\nexport const b = a + secret;\n',
    )
    assert printed(script) == "a runs\n1 3 3 2 undefined\n"


def test_constants_functions_async_functions_and_classes_are_exported():
    script = joined(
        'import { one, Two, three, four } from "./lib/all.js";\n'
        "four().then((value) => console.log(one, new Two().name, three(), value));\n",
        all="export const one = 1;\nexport class Two {\n  name = 2;\n}\nexport function three() {\n  return 3;\n}\n"
        "export async function four() {\n  return 4;\n}\n",
    )
    assert printed(script) == "1 2 3 4\n"


def test_the_joined_script_is_strict_and_leaks_no_names():
    script = joined("function f() {\n  return this;\n}\nconst leaked = 1;\nconsole.log(f());\n")
    assert printed(f"{script}console.log(typeof leaked, typeof modules, typeof f);") == (
        "undefined\nundefined undefined undefined\n"
    )


def test_comments_and_indentation_are_left_out_and_strings_stay():
    script = joined("""// a "comment"
open("http://a"); // a comment of this import
  // another comment

open("a // b"); open('a // b'); open(`a // b`);
  open("c"); // a comment with "quotes"
""")
    assert (
        """{open("http://a");
open("a // b");open('a // b');open(`a // b`);
open("c");// a comment with "quotes"
}"""
        in script
    )
    assert "another" not in script


def test_a_statement_over_several_lines_stays_one():
    script = joined("""const a =
  1 + -1 - -2 + "1 + 1".length; // "one + one"
const b = a
  ? [a, a].map((each) =>
      each + 1,
    ).length
  : a ||
    2;
const c = a // "the first"
  || b;
console.log(a, b, c);
""")
    assert "b=a?[a,a].map((each)=>each+1).length:a||2;" in script
    assert 'a=1 + -1 - -2+"1 + 1".length;' in script
    assert printed(script) == "7 2 7\n"


@pytest.mark.parametrize(
    "line",
    [
        'import a from "./lib/a.js";',
        'import * as a from "./lib/a.js";',
        'import "./lib/a.js";',
        'import { a as b } from "./lib/a.js";',
        "import { a } from './lib/a.js';",
        'import { a } from "./lib/a.js"',
        'import { a } from "lib/a.js";',
        'import { a } from "https://example.org/a.js";',
        "import { a,",
        'const a = import("./lib/a.js");',
        "import.meta.url;",
        "export { a };",
        "export default a;",
        "export let a = 1;",
        "export var a = 1;",
        "export const { a } = b;",
        'export { a } from "./lib/a.js";',
        'export * from "./lib/a.js";',
        "export function* a() {}",
    ],
)
def test_any_other_import_or_export_is_refused_with_its_file_and_line(line):
    with pytest.raises(BundleError) as refusal:
        joined(f"// first\n{line}\n", a="export const a = 1;\n")
    assert str(refusal.value) == f"chat/page.js:2: this import or export can't be joined: {line}"


def test_an_import_needs_no_code_and_a_module_that_only_exports_no_scope():
    script = joined(
        'import { b } from "./lib/b.js";\nconsole.log(b());\n',
        a="export const a = 1;\n",
        b='import { a } from "./a.js";\nexport function b() {\n  const one = a;\n  return one;\n}\n',
    )
    assert script == '"use strict";(()=>{const a=1;function b(){const one=a;return one}\nconsole.log(b())})();'
    assert printed(script) == "1\n"


def test_two_modules_that_export_the_same_name_are_refused():
    with pytest.raises(BundleError) as refusal:
        joined(
            'import { a } from "./lib/a.js";\nimport { b } from "./lib/b.js";\n',
            a="export const a = 1;\n",
            b="export const b = 2;\nexport const a = 3;\n",
        )
    assert str(refusal.value) == (
        "chat/lib/b.js:2: chat/lib/a.js exports a too, and joined scripts share their exports"
    )


def test_a_circular_import_is_refused():
    with pytest.raises(BundleError) as refusal:
        joined(
            'import { a } from "./lib/a.js";\n',
            a='import { b } from "./b.js";\nexport const a = 1;\n',
            b='\nimport { a } from "./a.js";\nexport const b = 1;\n',
        )
    assert str(refusal.value) == (
        "chat/lib/b.js:2: circular import: chat/page.js -> chat/lib/a.js -> chat/lib/b.js -> chat/lib/a.js"
    )


def test_a_missing_file_is_refused():
    with pytest.raises(BundleError, match=r"^chat/page\.js:1: there is no file chat/lib/none\.js$"):
        joined('import { a } from "./lib/none.js";\n')


def test_a_name_that_the_module_does_not_export_is_refused():
    with pytest.raises(BundleError, match=r"^chat/page\.js:1: chat/lib/a\.js does not export b, c$"):
        joined('import { b, a, c } from "./lib/a.js";\n', a="export const a = 1;\nconst b = 2;\n")


def test_a_missing_entry_file_is_refused():
    with pytest.raises(BundleError, match=r": there is no file chat/room_page\.js$"):
        join(ENTRIES["chat/room.js"], {}.get)


@pytest.mark.parametrize("bundle", ENTRIES)
def test_a_bundle_of_ours_is_a_script_that_node_can_read(bundle, tmp_path):
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    script = tmp_path / "bundle.js"
    script.write_text(join(ENTRIES[bundle], lambda name: (STATIC / name).read_text()))
    subprocess.run([node, "--check", script], check=True, timeout=30)


def test_signs_before_a_closing_bracket_are_left_out_and_texts_keep_them():
    script = joined(
        'const a = [\n  ";}",\n  ",)",\n  /,]/,\n];\nfunction f() {\n  return a;\n}\nconsole.log(\n  f(),\n);\n'
    )
    assert 'a=[";}",",)",/,]/];function f(){return a}' in script
    assert printed(script) == "[ ';}', ',)', /,]/ ]\n"
