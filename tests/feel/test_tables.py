"""The parser's tables are kept between processes, and are never trusted beyond what they were made from."""

import sys

import pytest
from lark import Transformer, Tree

from forms.feel import tables
from forms.feel.parser import _lark
from forms.feel.tables import parser_of

GRAMMAR = 'start: word+\nword: "a" | "b"\n'
READ = Tree("start", [Tree("word", []), Tree("word", [])])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "kept"


def made(folder, grammar=GRAMMAR):
    return parser_of(grammar, Transformer(), None, folder=folder)


def test_feel_reads_the_same_from_kept_tables(folder, monkeypatch):
    monkeypatch.setattr(tables.parser_of, "__kwdefaults__", {"folder": folder})
    fresh, kept = _lark.__wrapped__(), _lark.__wrapped__()
    assert len(list(folder.iterdir())) == 1
    text = 'if a in ]1..x[ then [1, 2][item > 1].b else string length("ab") + -2 ** 3'
    assert kept.parse(text) == fresh.parse(text)


def test_what_was_kept_is_not_made_anew(folder):
    assert made(folder).parse("ab") == READ
    (kept,) = folder.iterdir()
    before = kept.stat().st_mtime_ns
    assert made(folder).parse("ab") == READ
    assert kept.stat().st_mtime_ns == before


def test_another_grammar_does_not_get_these(folder):
    made(folder)
    assert made(folder, GRAMMAR.replace('"b"', '"c"')).parse("ac") == READ
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"bukan tabel", b"\x80\x04N."])
def test_damaged_ones_are_made_anew(folder, content):
    made(folder)
    (kept,) = folder.iterdir()
    whole = kept.stat().st_size
    kept.write_bytes(content)
    assert made(folder).parse("ab") == READ
    assert kept.stat().st_size == whole


def test_where_nothing_can_be_written_they_are_made(folder, monkeypatch):
    folder.write_text("a file")
    assert made(folder).parse("ab") == READ
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    elsewhere = folder.parent / "lain"
    assert made(elsewhere).parse("ab") == READ
    assert not elsewhere.exists()
