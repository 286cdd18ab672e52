"""form-js JSON -> typed components, with a finding for everything that the server cannot honour."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from forms import keys
from forms.errors import Finding, Severity
from forms.feel import NOT_IN_BROWSER, Expression, FeelSyntaxError, parse
from forms.read_fields import read_field
from forms.schema import Component, Group, KeyPath, Rows, Static

MAX_COMPONENTS = 500
MAX_NESTING = 6
MAX_EXPRESSION = 4_000
MAX_LABEL = 2_000
SCHEMA_VERSION = 19

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}\Z")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63}){0,3}\Z")
_HINTS = {
    "readonly": "tandai setiap isian di dalamnya",
    "disabled": "tandai setiap isian di dalamnya",
    "isRepeating": "pakai daftar (dynamiclist) untuk baris berulang",
}


class Reader:
    """Reads one definition. What is wrong is collected in `findings`; what is readable is read on."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._count = 0
        self._ids: set[str] = set()

    def say(self, code: str, element: str, message: str, severity: Severity = "error") -> None:
        self.findings.append(Finding(code, severity, element, message))

    def form(self, source: object) -> tuple[Component, ...]:
        """The components of a form definition, a parsed JSON value."""
        if not isinstance(source, dict):
            self.say("form-shape", "", "Definisi formulir harus berupa objek JSON.")
            return ()
        form_id = source.get("id")
        if not isinstance(form_id, str) or not _ID.match(form_id):
            self.say("form-id", "", "Beri formulir sebuah id: huruf, angka, titik, garis bawah atau tanda hubung.")
            form_id = ""
        if source.get("type") != "default":
            self.say("form-type", form_id, "Kunci “type” pada formulir harus bernilai “default”.")
        version = source.get("schemaVersion")
        if not isinstance(version, Decimal) or not 1 <= version <= SCHEMA_VERSION:
            self.say("schema-version", form_id, f"Kunci “schemaVersion” harus ada dan paling tinggi {SCHEMA_VERSION}.")
        title = source.get("title", "")
        if not isinstance(title, str) or len(title) > MAX_LABEL:
            self.say("form-title", form_id, "Judul formulir (“title”) harus berupa teks.")
        self._unknown(form_id, source, keys.FORM)
        return self.components(form_id, source.get("components"), 1)

    def components(self, parent: str, source: object, depth: int) -> tuple[Component, ...]:
        if not isinstance(source, list):
            self.say("components", parent, "Kunci “components” harus berupa daftar komponen.")
            return ()
        if depth > MAX_NESTING:
            self.say(
                "too-deep", parent, f"Komponen bersarang lebih dari {MAX_NESTING} tingkat; sederhanakan susunannya."
            )
            return ()
        found = []
        for item in source:
            self._count += 1
            if self._count > MAX_COMPONENTS:
                if self._count == MAX_COMPONENTS + 1:
                    self.say("too-many", parent, f"Formulir memuat lebih dari {MAX_COMPONENTS} komponen; pecahlah.")
                break
            component = self._component(parent, item, depth)
            if component is not None:
                found.append(component)
        return tuple(found)

    def _component(self, parent: str, source: object, depth: int) -> Component | None:
        if not isinstance(source, dict):
            self.say("component-shape", parent, "Setiap komponen harus berupa objek JSON.")
            return None
        type_ = source.get("type")
        element = self._id(parent, source)
        if not isinstance(type_, str) or type_ not in keys.HONOURED:
            self.say("unknown-type", element, f"Jenis komponen “{_short(type_)}” tidak dikenal; pakai jenis lain.")
            return None
        self._unknown(element, source, keys.allowed(type_))
        label = source.get("label") or ""
        if not isinstance(label, str) or len(label) > MAX_LABEL:
            self.say("label", element, f"Label harus berupa teks paling panjang {MAX_LABEL} karakter.")
            label = ""
        elif label.startswith("=") or "{{" in label:
            self.say("label", element, "Label harus berupa teks biasa, bukan ekspresi; pakai komponen teks.")
        base: dict[str, Any] = {
            "id": element,
            "type": type_,
            "label": label,
            "hide": self._hide(element, source),
            "properties": self._properties(element, source),
        }
        if type_ == "group":
            path = self.path(element, source, "path", needed=False)
            return Group(**base, path=path, components=self.components(element, source.get("components"), depth + 1))
        if type_ == "dynamiclist":
            return self._rows(base, source, depth)
        if "key" not in keys.HONOURED[type_]:
            return Static(**base)
        return read_field(self, base, source)

    def _rows(self, base: dict[str, Any], source: dict[str, Any], depth: int) -> Rows:
        element = base["id"]
        if source.get("isRepeating", True) is not True:
            self.say("not-repeating", element, "Daftar harus berulang: hapus “isRepeating” atau beri nilai true.")
        count = source.get("defaultRepetitions", Decimal(1))
        if not isinstance(count, Decimal) or count != int(count) or not 0 <= count <= 100:
            self.say(
                "default-rows", element, "Jumlah baris awal (“defaultRepetitions”) harus bilangan bulat 0 sampai 100."
            )
            count = Decimal(1)
        return Rows(
            **base,
            path=self.path(element, source, "path", needed=True),
            components=self.components(element, source.get("components"), depth + 1),
            fixed=not self.flag(element, source, "allowAddRemove", True),
            default_rows=int(count),
            min_rows=self._min_rows(element, base["properties"].get("minRows")),
            unique=self._unique(element, base["properties"].get("unique"), source.get("components")),
        )

    def _min_rows(self, element: str, text: str | None) -> int:
        if text is None:
            return 0
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 100:
            self.say("min-rows", element, "Sifat “minRows” harus bilangan bulat 1 sampai 100.")
            return 0
        return int(text)

    def _unique(self, element: str, text: str | None, components: object) -> tuple[str, ...]:
        if text is None:
            return ()
        found = tuple(key.strip() for key in text.split(","))
        known = [one.get("key") for one in components if isinstance(one, dict)] if isinstance(components, list) else []
        for key in found:
            if key not in known:
                self.say(
                    "unique",
                    element,
                    f"Sifat “unique” menyebut “{_short(key)}” yang bukan isian pada baris daftar ini.",
                )
        return found

    # What several components share; read_fields uses these too.

    def path(self, element: str, source: Mapping[str, Any], key: str, *, needed: bool) -> KeyPath:
        value = source.get(key)
        if value in (None, "") and not needed:
            return ()
        if not isinstance(value, str) or not _KEY.match(value) or keys.FORBIDDEN & set(value.split(".")):
            self.say(
                "key",
                element,
                f"Kunci “{_short(value)}” tidak dapat dipakai: mulai dengan huruf, lalu huruf, angka atau garis bawah, "
                "dan bukan kata yang dicadangkan.",
            )
            return (f"?{element}",)
        return tuple(value.split("."))

    def flag(self, element: str, source: Mapping[str, Any], key: str, default: bool = False) -> bool:
        value = source.get(key, default)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.say("not-boolean", element, f"Kunci “{key}” harus bernilai true atau false.")
            return default
        return value

    def feel(self, element: str, key: str, text: object) -> Expression | None:
        """The parsed expression behind the equals sign, or None after a finding."""
        if not isinstance(text, str) or not text.startswith("="):
            self.say("not-feel", element, f"Kunci “{key}” harus berupa ekspresi FEEL yang diawali tanda “=”.")
            return None
        if len(text) > MAX_EXPRESSION:
            self.say("feel-long", element, f"Ekspresi pada “{key}” lebih panjang dari {MAX_EXPRESSION} karakter.")
            return None
        try:
            expression = parse(text[1:])
        except FeelSyntaxError as error:
            column = error.column + 1 if error.line == 1 else error.column
            self.say(
                "feel-syntax",
                element,
                f"Ekspresi pada “{key}” salah di baris {error.line} kolom {column}: {str(error.message).rstrip('.')}.",
            )
            return None
        absent = sorted(expression.functions & NOT_IN_BROWSER)
        if absent:
            self.say(
                "feel-browser", element, f"Fungsi “{absent[0]}” pada “{key}” tidak dikenal peramban; pakai yang lain."
            )
        return expression

    def _id(self, parent: str, source: dict[str, Any]) -> str:
        value = source.get("id")
        if isinstance(value, str) and _ID.match(value):
            if value in self._ids:
                self.say("duplicate-id", value, f"Id “{value}” dipakai lebih dari satu komponen; beri id lain.")
            self._ids.add(value)
            return value
        self.say(
            "component-id", parent, f"Beri komponen “{_short(source.get('label') or source.get('type'))}” sebuah id."
        )
        return f"{parent}_{self._count}"

    def _hide(self, element: str, source: dict[str, Any]) -> Expression | None:
        conditional = source.get("conditional")
        if conditional is None:
            return None
        if not isinstance(conditional, dict):
            self.say("conditional", element, "Kunci “conditional” harus berupa objek dengan kunci “hide”.")
            return None
        self._unknown(element, conditional, frozenset({"hide"}), "conditional.")
        if conditional.get("hide") in (None, ""):
            return None
        return self.feel(element, "conditional.hide", conditional["hide"])

    def _properties(self, element: str, source: dict[str, Any]) -> dict[str, str]:
        value = source.get("properties")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.say("properties", element, "Kunci “properties” harus berupa objek.")
            return {}
        for name, content in value.items():
            if name in keys.ROWS_PROPERTIES and source.get("type") == "dynamiclist":
                if not isinstance(content, str):
                    self.say("property", element, f"Sifat khusus “{name}” harus berupa teks.")
            elif name not in keys.PROPERTIES:
                self.say("property", element, f"Sifat khusus “{_short(name)}” tidak dikenal dan diabaikan.", "warning")
            elif not isinstance(content, str) or content not in keys.PROPERTIES[name]:
                choices = ", ".join(sorted(keys.PROPERTIES[name]))
                self.say("property", element, f"Sifat khusus “{name}” hanya boleh bernilai: {choices}.")
        known = keys.PROPERTIES.keys() | keys.ROWS_PROPERTIES
        return {k: v for k, v in value.items() if k in known and isinstance(v, str)}

    def _unknown(self, element: str, source: Mapping[str, Any], known: frozenset[str], prefix: str = "") -> None:
        for key in source:
            if key not in known:
                hint = _HINTS.get(key, "hapus kunci itu")
                self.say("unknown-key", element, f"Kunci “{prefix}{_short(key)}” tidak didukung di sini; {hint}.")


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 40 else text[:40] + "…"
