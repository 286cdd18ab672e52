"""The tables of a parser, kept beside the compiled modules: to make them takes every process a quarter of a second."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import lark

FOLDER = Path(__file__).parent / "__pycache__"
OPTIONS = {"parser": "lalr", "lexer": "basic", "maybe_placeholders": False}


def parser_of(
    grammar: str, transformer: lark.Transformer[Any, Any], postlex: Any, *, folder: Path = FOLDER
) -> lark.Lark:
    """The parser of a grammar; `transformer` and `postlex` are Lark's, of classes that can be imported by name.

    Its tables are read from `folder`. When they are not there, or cannot be read, they are made and, like compiled
    modules, put there: by the name of what they were made from, whole or not at all, and not where Python writes none.
    """
    made_from = hashlib.sha256(f"{lark.__version__} {OPTIONS} {grammar}".encode()).hexdigest()
    kept = folder / f"parser-{made_from[:32]}.{sys.implementation.cache_tag}.tables"
    with suppress(Exception), kept.open("rb") as file:
        return lark.Lark.load(file)
    made = lark.Lark(grammar, transformer=transformer, postlex=postlex, **OPTIONS)
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            _keep(made, kept)
    return made


def _keep(made: lark.Lark, kept: Path) -> None:
    kept.parent.mkdir(exist_ok=True)
    handle, part = tempfile.mkstemp(dir=kept.parent, prefix=kept.name)
    try:
        with os.fdopen(handle, "wb") as file:
            made.save(file)
        Path(part).chmod(0o644)  # for whoever runs the service
        Path(part).replace(kept)
    except BaseException:
        Path(part).unlink()
        raise
