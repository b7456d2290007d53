"""What the product is made of is told whole (ASVS 15.1.2)."""

from __future__ import annotations

import json
import re

from requirements.sbom import HERE, NODE_LOCK, bill

PURL = re.compile(r"pkg:(pypi|npm)/[^@]+@[^@]+")


def test_every_locked_package_is_in_the_bill_with_its_hash_and_its_licence() -> None:
    told = {each["purl"]: each for each in bill()["components"]}
    locked = {
        f"pkg:pypi/{line.split('==')[0]}@{line.split('==')[1].split()[0]}"
        for lock in ("run.txt", "pdf.txt")
        for line in (HERE / lock).read_text().splitlines()
        if re.match(r"[A-Za-z0-9]", line)
    } | {
        f"pkg:npm/{path.removeprefix('node_modules/').replace('@', '%40')}@{package['version']}"
        for path, package in json.loads(NODE_LOCK.read_text())["packages"].items()
        if path and not package.get("dev")
    }
    assert set(told) == locked
    for purl, each in told.items():
        assert PURL.fullmatch(purl)
        assert each.get("properties") or each.get("hashes"), purl
    unlicensed = [purl for purl, each in told.items() if not each["licenses"]]
    assert len(unlicensed) < 5, f"only packages of other platforms may have none: {unlicensed}"


def test_no_licence_asks_more_than_we_give() -> None:
    """Copyleft that reaches whoever offers a service over a network has no place here."""
    told = json.dumps([(each["name"], each["licenses"]) for each in bill()["components"]])
    assert not re.search(r"AGPL|SSPL|Affero|Commons Clause|BUSL", told)


def test_the_same_locks_give_the_same_bill() -> None:
    assert bill() == bill()
    assert bill()["specVersion"] == "1.6"
