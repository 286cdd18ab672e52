"""`alur audit verify`: whether the record still is what was written."""

from __future__ import annotations

import click

from service.command.common import Group


@click.group(cls=Group)
def audit() -> None:
    """Jejak audit.

    \b
    Contoh:
      alur audit verify
    """
