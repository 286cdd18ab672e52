"""The built front end: what is in it, how heavy it is, and how it reads what people type."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from forms import indonesian
from forms.feel import NOT_IN_BROWSER
from forms.feel.registry import FUNCTIONS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "service" / "frontend"
DIST = ROOT / "service" / "static" / "dist"
LOGICAL = {
    *("app.js", "form.js", "viewer.js", "app.css", "form.css", "viewer.css", "axe.js"),
    *("fonts/print-regular.ttf", "fonts/print-bold.ttf", "fonts/print-italic.ttf"),
}


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("node", path=f"{ROOT / '.venv' / 'bin'}") or shutil.which("node")
    assert program, "Node is part of the set-up"
    return subprocess.run([program, *arguments], cwd=FRONTEND, capture_output=True, text=True, timeout=60, check=False)


def run_script(expression: str, given: object = None) -> Any:
    """The value of a JavaScript expression over `given`, with the names of src/lib/format.js."""
    program = (
        f"import * as f from './src/lib/format.js'; const given = {json.dumps(given)};"
        f"process.stdout.write(JSON.stringify({expression}));"
    )
    done = node("--input-type=module", "-e", program)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    return found


def test_every_logical_name_leads_to_a_file_with_a_hashed_name(manifest: dict[str, str]) -> None:
    assert set(manifest) >= LOGICAL
    for name, path in manifest.items():
        assert (DIST / path).stat().st_size > 1000
        if name != "axe.js":
            assert re.search(r"-[0-9A-Z]{8}\.(js|css|ttf)$", path)


def test_a_list_page_is_light(manifest: dict[str, str]) -> None:
    weight = sum((DIST / f"{manifest[name]}.gz").stat().st_size for name in ("app.js", "app.css"))
    chunks = re.findall(r'["\']\./(chunks/[^"\']+)["\']', (DIST / manifest["app.js"]).read_text("utf-8"))
    weight += sum((DIST / f"{chunk}.gz").stat().st_size for chunk in chunks)
    assert weight <= 84_000  # of 120 kB for the whole page


def test_no_page_needs_what_the_content_security_policy_forbids(manifest: dict[str, str]) -> None:
    for name in ("app.js", "form.js", "viewer.js"):
        text = (DIST / manifest[name]).read_text("utf-8")
        assert "https://fonts." not in text
        assert "cdn." not in text
    for name in ("app.css", "form.css", "viewer.css"):
        assert not re.search(r"url\(\s*[\"']?https?:", (DIST / manifest[name]).read_text("utf-8"))
        assert "@import" not in (DIST / manifest[name]).read_text("utf-8")


def test_the_marks_of_the_libraries_are_not_touched(manifest: dict[str, str]) -> None:
    script = (DIST / manifest["form.js"]).read_text("utf-8")
    assert "fjs-powered-by-link" in script
    assert "Web-based tooling for BPMN, DMN, and forms powered by" in script
    for name in ("form.css", "app.css"):
        rules = (DIST / manifest[name]).read_text("utf-8").split("}")
        for rule in (one for one in rules if "powered-by" in one or "bjs-" in one):
            assert not re.search(r"display:\s*none|visibility:\s*hidden|opacity:\s*0\b", rule)


def test_a_second_build_does_nothing() -> None:
    node("build.mjs")
    assert node("build.mjs", "--check").returncode == 0
    assert "nothing changed" in node("build.mjs").stdout


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for path, package in lock["packages"].items() if path)
    wanted = json.loads((FRONTEND / "package.json").read_text("utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_the_notices_are_up_to_date() -> None:
    done = node("notices.mjs", "--check")
    assert done.returncode == 0, done.stderr


def test_the_notices_name_every_package_that_running_needs() -> None:
    root = FRONTEND.parents[1]
    locked = re.findall(r"^([a-z0-9-]+)==", (root / "requirements" / "run.txt").read_text("utf-8"), re.MULTILINE)
    notices = (root / "THIRD-PARTY-NOTICES.md").read_text("utf-8").partition("## Python packages")[2]
    assert re.findall(r"^\| ([a-z0-9-]+) \| [A-Z].+ \|$", notices, re.MULTILINE) == locked


def test_the_designer_suggests_the_functions_that_a_form_may_call() -> None:
    listed = json.loads((FRONTEND / "src" / "form-editor" / "functions.json").read_text("utf-8"))
    names = [signature.split("(")[0] for signature in listed]
    assert set(names) == FUNCTIONS.keys() - NOT_IN_BROWSER
    for signature, words in listed.items():
        name, given = re.fullmatch(r"([a-z ]+)\((.*)\)", signature).groups()  # type: ignore[union-attr]
        parameters = [one for one in given.split(", ") if one]
        assert any([p.name for p in known.parameters][: len(parameters)] == parameters for known in FUNCTIONS[name])
        assert re.fullmatch(r"[A-Z].+\.", words)


def test_the_build_refuses_words_that_are_new_or_no_longer_said() -> None:
    program = """
        import { readFileSync } from 'node:fs';
        import { build } from 'esbuild';
        import { feelWords } from './feelwords.mjs';
        const words = JSON.parse(readFileSync('src/form-editor/i18n/feel.json', 'utf8'));
        const errors = async (dictionary) => {
          const options = { bundle: true, write: false, format: 'esm', logLevel: 'silent' };
          const contents = "export * from '@bpmn-io/feelers-editor'; export * from '@bpmn-io/feel-editor';";
          const stdin = { contents, resolveDir: '.' };
          const building = build({ ...options, stdin, plugins: [ feelWords(dictionary) ] });
          return building.then(() => [], (failed) => failed.errors.map(({ text }) => text));
        };
        const { fix, ...fewer } = words;
        const told = [ await errors(words), await errors(fewer), await errors({ ...words, 'Old words': 'x' }) ];
        process.stdout.write(JSON.stringify(told));
    """
    done = node("--input-type=module", "-e", program)
    assert done.returncode == 0, done.stderr
    right, new, stale = json.loads(done.stdout)
    assert right == []
    assert any("not translated" in one and "fix" in one for one in new)
    assert any("Old words" in one for one in stale)


TYPED_NUMBERS = {
    "": "",
    "84,5": "84.5",
    "84.5": "84.5",
    "84.50": "84.50",
    "0,5": "0.5",
    "0.125": "0.125",
    "1.500": "1500",
    "1.500.000": "1500000",
    "1.500.000,75": "1500000.75",
    "1500000,75": "1500000.75",
    "-3,25": "-3.25",
    "\u2212 3": "-3",
    "Rp 2.000": "2000",
    "12 %": "12",
    "007": "7",
    "1.50.000": None,
    "1,500,000": None,
    "1e9": None,
    "abc": None,
    "12a": None,
    "NaN": None,
    ".": None,
    ",5": None,
    "--1": None,
}


def test_numbers_are_read_as_they_are_written_in_indonesia() -> None:
    read = run_script("given.map(f.parseNumber)", list(TYPED_NUMBERS))
    assert dict(zip(TYPED_NUMBERS, read, strict=True)) == TYPED_NUMBERS


def test_numbers_are_shown_as_the_rest_of_alur_shows_them() -> None:
    digits = [
        "0",
        "7",
        "84.5",
        "-3.25",
        "999",
        "1000",
        "1500000",
        "1500000.75",
        "-1234567.125",
        "12345678901234567890.5",
    ]
    shown = run_script("given.map((one) => f.number(one, { group: true }))", digits)
    assert shown == [indonesian.number(Decimal(one)) for one in digits]


TYPED_DATES = {
    "": "",
    "31/12/2026": "2026-12-31",
    "1/2/2026": "2026-02-01",
    "01-02-2026": "2026-02-01",
    "1.2.2026": "2026-02-01",
    "01022026": "2026-02-01",
    "2026-02-01": "2026-02-01",
    "29/02/2028": "2028-02-29",
    "29/02/2027": None,
    "12/31/2026": None,
    "31/12/26": None,
    "besok": None,
}


def test_dates_are_day_month_year_whatever_the_browser_speaks() -> None:
    dates = "[given.map(f.parseDate), ['2026-02-01', 'belum', ''].map(f.showDate)]"
    read, shown = run_script(dates, list(TYPED_DATES))
    assert dict(zip(TYPED_DATES, read, strict=True)) == TYPED_DATES
    assert shown == ["01/02/2026", "belum", ""]


def test_times_and_instants_are_those_of_the_office() -> None:
    times, clocks, moments = run_script(
        "[['9.30', '09:30', '0930', '24.00', '9.60', ''].map(f.parseTime),"
        "['2026-11-23T03:32:00+00:00', 'tidak'].map(f.clock), ['2026-11-23T18:32:00Z'].map(f.moment)]"
    )
    assert times == ["09:30", "09:30", "09:30", None, None, ""]
    assert clocks == ["10.32", ""]
    assert moments == ["24 November 2026 pukul 01.32"]
