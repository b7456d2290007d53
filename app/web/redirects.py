"""Where a form may send people afterwards: to one of our own pages, never to another site."""

from __future__ import annotations


def own_path(address: str) -> str:
    """The path and query when the address is one of ours, else «/».

    Browsers read a backslash as a slash and skip tabs and line ends inside an address.
    """
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if ours else "/"
