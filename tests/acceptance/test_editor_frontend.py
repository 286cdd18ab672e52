"""The editors in a real browser: an office changes its process with mouse and keyboard, and loses nothing."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from bpmn import rules

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
EXPECTED = re.compile(r"status of 409|ContextPad#getPad is deprecated")
FOREIGN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">
<process id="Process_1" name="Lain"><startEvent id="s"/><serviceTask id="kirim" name="Kirim surel"/></process>
<bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="Process_1">
<bpmndi:BPMNShape id="s_di" bpmnElement="s"><dc:Bounds x="150" y="100" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="t_di" bpmnElement="kirim"><dc:Bounds x="240" y="78" width="100" height="80"/></bpmndi:BPMNShape>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""


def _bench_module() -> Any:
    """The server beside this file: tests are no package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location("editor_bench", HERE / "editor_bench.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BENCH = _bench_module()


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    made = BENCH.Bench()
    yield made
    made.close()


@pytest.fixture
def bench(served: Any) -> Any:
    served.reset()
    return served


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of 1440 pixels; anything the console complains about (the security policy, too) fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="Asia/Jakarta")
    context.set_default_timeout(10_000)
    made, complaints = context.new_page(), []
    made.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert [text for text in complaints if not EXPECTED.search(text)] == []


def edit(page: Page, bench: Any) -> Page:
    page.goto(f"{bench.address}{BENCH.BASE}/sunting")
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-ready", "true")
    return checked(page)


def checked(page: Page) -> Page:
    """After the server has looked at what it was last asked about."""
    expect(page.locator(".alur-editor")).to_have_attribute("data-check", "checked")
    return page


def shape(page: Page, element: str) -> Locator:
    return page.locator(f'.djs-element[data-element-id="{element}"] .djs-hit').first


def pad(page: Page, action: str) -> Locator:
    return page.locator(f'.djs-context-pad .entry[data-action="{action}"]')


def found(page: Page, code: str, times: int = 1) -> None:
    """Waits until findings of this kind are shown so many times: a drawing settles, and then the server is asked."""
    expect(page.locator(f'.alur-temuan-butir[data-kode="{code}"]')).to_have_count(times)


def only(page: Page, code: str) -> None:
    """Waits until this is the one finding."""
    expect(page.locator(".alur-temuan-butir")).to_have_count(1)
    found(page, code)


def rest(page: Page, target: Locator, use: Callable[[], object]) -> None:
    """Rests the pointer on something and uses what that shows: text that is drawn anew under a pointer, as when an
    answer comes, takes that away until the pointer moves again. So it does, a few times."""
    for turn in range(8):
        page.mouse.move(0, 0)
        target.hover(force=True)
        try:
            use()
        except (AssertionError, PlaywrightError):
            if turn == 7:
                raise
        else:
            return


def accessible(page: Page) -> None:
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate((BENCH.ROOT / "service/frontend/node_modules/axe-core/axe.min.js").read_text("utf-8"))
    outside = "async () => (await axe.run({exclude: [['.djs-container'], ['.fjs-form-container']]})).violations"
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in page.evaluate(outside)] == []


def test_a_return_after_step_six(page: Page, bench: Any) -> None:
    """A gateway after step 6 that leads back to step 4, its condition chosen, mended, undone, saved and still there."""
    edit(page, bench)
    accessible(page)
    shape(page, "memvalidasi").click()
    pad(page, "append.exclusive").click()
    pad(page, "connect").click()
    box = shape(page, "mengisi_data").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    found(page, "INCOMING_SEVERAL")
    found(page, "CONDITION_MISSING", 2)
    expect(page.locator('[data-alat="berlakukan"]')).to_have_attribute("aria-disabled", "true")

    page.locator(".alur-editor-temuan-kepala").click()
    page.get_by_role("button", name="Sisipkan gerbang penyatu").click()
    found(page, "INCOMING_SEVERAL", 0)
    page.locator('[data-kode="CONDITION_MISSING"][data-elemen="f_terverifikasi"] .alur-temuan-tuju').click()
    page.get_by_role("checkbox", name="Aliran bawaan").check()
    found(page, "CONDITION_MISSING")
    page.locator('[data-kode="CONDITION_MISSING"] .alur-temuan-tuju').click()
    page.get_by_label("Isian", exact=True).select_option(label="Data kinerja")
    page.get_by_label("Yang diperiksa").select_option(label="ada baris yang")
    page.get_by_label("Kolom").select_option(label="Data ini valid")
    page.get_by_label("Nilai", exact=True).select_option(label="Tidak")
    only(page, "IDENTITY_NIP")
    accessible(page)

    page.get_by_role("button", name="Urungkan").click()
    found(page, "CONDITION_MISSING")
    page.locator(".djs-container svg").first.focus()
    page.keyboard.press("Control+y")
    only(page, "IDENTITY_NIP")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved")
    assert "some r in baris satisfies r.valid = false" in bench.xml
    assert [one.code for one in rules.check(bench.xml.encode(), bench.forms)] == ["IDENTITY_NIP"]
    drawn = page.locator(".djs-element").count()
    page.reload()
    checked(page)
    expect(page.locator(".djs-element")).to_have_count(drawn)


def test_words_of_the_standard_move_the_timer(page: Page, bench: Any) -> None:
    """The step's time is typed once: the timer at its edge says the same, and so does the file."""
    edit(page, bench)
    shape(page, "memberi_koreksi").click()
    page.get_by_label("Waktu", exact=True).fill("4 hari kerja")
    page.keyboard.press("Tab")
    expect(page.locator('.djs-element[data-element-id="waktu_memberi_koreksi_label"]')).to_have_text("4 hari kerja")
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved")
    part = bench.xml[bench.xml.index('id="waktu_memberi_koreksi"') :]
    assert "P4D</bpmn:timeDuration>" in part[: part.index("</bpmn:boundaryEvent>")]
    checked(page)
    only(page, "IDENTITY_NIP")


def test_the_second_to_save_learns_who_changed_what(page: Page, bench: Any) -> None:
    edit(page, bench)
    bench.cheat('name="Menandatangani data kinerja"', 'name="Menandatangani dokumen"')
    shape(page, "memvalidasi").click()
    page.get_by_label("Uraian kegiatan").fill("Memvalidasi data")
    notice = page.locator(".alur-kabar:visible")
    expect(notice).to_contain_text("oleh Rina")
    expect(notice).to_contain_text("Menandatangani dokumen (diubah)")
    assert "Memvalidasi data" not in bench.xml
    page.get_by_role("button", name="Simpan gambar saya").click()
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved")
    assert 'name="Memvalidasi data"' in bench.xml


def test_a_file_from_elsewhere_opens_and_is_explained(page: Page, bench: Any, tmp_path: Path) -> None:
    edit(page, bench)
    file = tmp_path / "lain.bpmn"
    file.write_text(FOREIGN, "utf-8")
    page.get_by_text("Berkas", exact=True).click()
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Unggah berkas .bpmn…").click()
    chosen.value.set_files(file)
    expect(page.locator(".alur-kabar:visible")).to_contain_text("Tugas layanan “Kirim surel”")
    found(page, "ELEMENT_UNSUPPORTED")
    shape(page, "kirim").click()
    pad(page, "replace").click()
    page.locator(".djs-popup .entry", has_text="Tugas pengguna").click()
    found(page, "ELEMENT_UNSUPPORTED", 0)
    page.get_by_role("button", name="Kembalikan gambar sebelumnya").click()
    only(page, "IDENTITY_NIP")


def test_the_process_is_simulated_by_mouse_and_keyboard(page: Page, bench: Any) -> None:
    """A token passes the first decision; decided the other way, it comes back; and the drawing is as before."""
    edit(page, bench)
    simulate = page.get_by_role("button", name="Simulasi", exact=True)
    simulate.click()
    expect(simulate).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".alur-editor-panel")).to_have_attribute("inert", "")
    page.get_by_title("Picu peristiwa").first.click()
    page.get_by_title("Buka atau tutup catatan simulasi").click()
    log = page.locator(".bts-log")
    expect(log).to_contain_text("Catatan simulasi")
    expect(log).to_contain_text("Proses dimulai")
    expect(log).to_contain_text("Menggandakan dan menyerahkan ke Kepala Bagian")
    page.get_by_title("Pilih aliran yang ditempuh").click()
    expect(log.get_by_text("Membuat draft format data kinerja")).to_have_count(1)
    page.keyboard.press("r")
    expect(log).not_to_contain_text("Membuat draft")
    page.get_by_title("Picu peristiwa").first.click()
    expect(log.get_by_text("Membuat draft format data kinerja")).to_have_count(2)  # decided the other way, it returns
    page.keyboard.press("t")
    expect(simulate).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Urungkan")).to_be_disabled()
    assert checked(page)
    assert bench.revision == 1, "nothing was drawn"


def test_downloads_are_files_that_others_can_open(page: Page, bench: Any) -> None:
    edit(page, bench)
    found = {}
    for name in ("Unduh berkas .bpmn", "Unduh gambar SVG", "Unduh gambar PNG"):
        page.get_by_text("Berkas", exact=True).click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        found[Path(waiting.value.suggested_filename).suffix] = Path(waiting.value.path()).read_bytes()
    assert [one.code for one in rules.check(found[".bpmn"], bench.forms)] == ["IDENTITY_NIP"]
    picture = etree.fromstring(found[".svg"])
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Memvalidasi" in "".join(picture.itertext())
    assert found[".png"].startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", found[".png"][16:24])
    assert width > height > 500


WORDS = """() => [...document.querySelectorAll('.djs-element:has(> .djs-visual text)')].map((one) => {
  const lines = [...one.querySelectorAll(':scope > .djs-visual tspan')];
  return [one.dataset.elementId, lines.map((line) => line.textContent.trim())];
})"""


def test_words_of_names_stay_whole_in_the_typeface_that_is_there(page: Page, bench: Any) -> None:
    bench.cheat("Memvalidasi dan paraf", "Mempertanggungjawabkannya dan paraf")
    edit(page, bench)
    drawn = {element.removesuffix("_label"): lines for element, lines in page.evaluate(WORDS)}
    named = etree.fromstring(bench.xml.encode()).xpath("//*[@id and @name]")
    names = {one.get("id"): one.get("name") for one in named if one.get("id") in drawn}
    assert len(names) > 20
    hyphens = str.maketrans({"-": "- "})
    for element, name in names.items():
        assert " ".join(drawn[element]).translate(hyphens).split() == name.translate(hyphens).split(), element
    assert drawn["waktu_mengkoreksi_format"] == ["4 hari"]  # on one line, as in the file
    assert drawn["f_tidak"] == ["Tidak"]


def test_a_small_screen_reads(page: Page, bench: Any) -> None:
    """Below 1280 pixels the page says why, and shows the diagram; wider again, it goes on where it was."""
    edit(page, bench)
    page.set_viewport_size({"width": 1279, "height": 800})
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-mode", "baca")
    expect(page.get_by_text("memerlukan layar selebar sedikitnya 1280 piksel")).to_be_visible()
    expect(page.locator(".alur-editor")).to_be_hidden()
    accessible(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-mode", "gambar")
    expect(page.locator(".alur-editor")).to_be_visible()


def test_the_form_designer_shows_findings_at_the_component(page: Page, bench: Any) -> None:
    page.goto(f"{bench.address}{BENCH.BASE}/formulir/data-kinerja-6-validasi/sunting")
    expect(page.locator("[data-form-editor]")).to_have_attribute("data-ready", "true")
    page.locator('.fjs-element[data-id="catatan"]').click()
    page.get_by_label("Kunci", exact=True).fill("this")
    page.keyboard.press("Tab")
    expect(page.locator('.fjs-element[data-id="catatan"]')).to_have_attribute("data-temuan", "error")
    page.get_by_role("button", name="Urungkan").click()
    expect(page.get_by_text("Tidak ada temuan")).to_be_visible()
    expect(page.locator("[data-temuan]")).to_have_count(0)
    page.get_by_role("button", name="Pratinjau").click()
    # Rows that are lines: the sample has two of them, with what a line says.
    expect(page.locator(".alur-pratinjau").get_by_role("row", name="Baris 2").first).to_be_visible()
    accessible(page)


def test_feel_fields_of_the_designer_speak_indonesian(page: Page, bench: Any) -> None:
    """The linter at the expression, the suggestions and their explanations; the server's finding stands below."""
    page.goto(f"{bench.address}{BENCH.BASE}/formulir/data-kinerja-6-validasi/sunting")
    expect(page.locator("[data-form-editor]")).to_have_attribute("data-ready", "true")
    page.locator('.fjs-element[data-id="catatan"]').click()
    entry = page.locator('[data-entry-id="conditional-hide"]')
    entry.get_by_role("textbox").click()
    page.keyboard.type("string le")
    suggested = page.get_by_role("listbox", name="Saran")
    expect(suggested.get_by_role("option").first).to_contain_text("string length(string)")
    expect(page.locator(".cm-completionInfo")).to_have_text("Banyaknya huruf.")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.type("judul[0] = ) 1")
    expect(page.locator(".alur-temuan-butir")).to_contain_text("salah di baris 1 kolom 13")
    said = expect(page.locator(".cm-tooltip-lint"))
    rest(
        page,
        entry.locator(".cm-lintRange-error").last,
        lambda: said.to_contain_text("Bagian ini tidak dapat dibaca sebagai FEEL.", timeout=2_000),
    )
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.type("judul[0] = judul")
    page.keyboard.press("Escape")
    mend = page.get_by_role("button", name="Tindakan: Perbaiki")
    rest(page, entry.locator(".cm-lintRange-warning"), lambda: mend.click(timeout=2_000))
    expect(entry.get_by_role("textbox")).to_have_text("judul[1] = judul")


def test_the_scripts_stay_light() -> None:
    """At most 550 kB of script, compressed, for either editor."""
    dist = BENCH.STATIC / "dist"
    manifest = json.loads((dist / "manifest.json").read_text())
    for name in ("editor.js", "form-editor.js"):
        assert len(gzip.compress((dist / manifest[name]).read_bytes(), 9)) <= 550_000, name
