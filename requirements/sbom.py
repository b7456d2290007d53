"""A software bill of materials (CycloneDX 1.6) from the locked versions: `python -m requirements.sbom FILE`.

What runs in production, and nothing that only builds, tests or measures it. Hashes are those of the locks, so they are
what was installed; licences are what each package says of itself.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
PYTHON_LOCKS = ("run.txt", "pdf.txt")
NODE_LOCK = PROJECT / "app/web/assets/package-lock.json"
_PINNED = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)([^\\\n]*)((?:\\\n\s+--hash=\S+\s*)*)", re.M
)
Component = dict[str, Any]


def python_components() -> Iterator[Component]:
    """Each package of the locks once; a package locked twice (by platform) has both versions."""
    seen: set[tuple[str, str]] = set()
    for lock in PYTHON_LOCKS:
        for name, version, _, hashes in _PINNED.findall((HERE / lock).read_text(encoding="utf-8")):
            if (name, version) in seen:
                continue
            seen.add((name, version))
            found = _component("pypi", name, version)
            # One file per platform: they stand as properties, for a component has but one hash of a kind.
            found["properties"] = [
                {"name": "skranke:locked-sha256", "value": digest}
                for digest in re.findall(r"sha256:([0-9a-f]{64})", hashes)
            ]
            found["licenses"] = _licences_of(name)
            yield found


def node_components() -> Iterator[Component]:
    """What the browser gets; the bundler and the tools of the tests stay behind."""
    lock = json.loads(NODE_LOCK.read_text(encoding="utf-8"))
    for path, package in lock["packages"].items():
        if not path or package.get("dev"):
            continue
        found = _component("npm", path.removeprefix("node_modules/"), package["version"])
        digest = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
        found["hashes"] = [{"alg": "SHA-512", "content": digest}]
        found["licenses"] = [{"license": {"name": package["license"]}}]
        yield found


def _component(kind: str, name: str, version: str) -> Component:
    address = f"pkg:{kind}/{name.replace('@', '%40')}@{version}"
    return {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}


def _licences_of(name: str) -> list[dict[str, Any]]:
    """As the installed package says it; nothing for a package of another platform."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return []
    expression = told.get("License-Expression")
    if expression:
        return [{"expression": expression}]
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License ::")
    ]
    short = (told.get("License") or "").strip().splitlines()[:1]
    return [{"license": {"name": name}} for name in classified or short if name]


def bill() -> dict[str, Any]:
    """The same locks give the same bill: no clock and no chance in it."""
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    components = sorted([*python_components(), *node_components()], key=lambda each: str(each["purl"]))
    serial = uuid5(NAMESPACE_URL, "\n".join([version, *(each["purl"] for each in components)]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "skranke", "name": "skranke", "version": version}
        },
        "components": components,
        "dependencies": [{"ref": "skranke", "dependsOn": [each["bom-ref"] for each in components]}],
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{target}: {len(bill()['components'])} components")
