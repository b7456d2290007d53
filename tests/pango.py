"""What the PDF of an agreement needs from the system, and getting it where it is missing.

`python -m tests.pango` installs Debian's when it may; else it says plainly what will not be run, and fails in CI.
"""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = ("pango-1.0", "pangoft2-1.0")
PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0")


def is_there() -> bool:
    return find_spec("weasyprint") is not None and all(map(ctypes.util.find_library, LIBRARIES))


def install() -> bool:
    """Debian's own, when this is root on Debian; whether PDFs can be made afterwards."""
    if not (Path("/etc/debian_version").exists() and hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    print("Installing Debian's pango for the PDFs …", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES],
    ):
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=env).returncode != 0:
            return False
    return is_there()


def main() -> int:
    if is_there() or install():
        return 0
    print(
        f"NO PANGO: the tests of PDFs will NOT be run. Install {' and '.join(PACKAGES)}, and requirements/pdf.txt.",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
