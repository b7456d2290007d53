"""The two attackers, and what each says it found."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.attack.aims import Aim

MODULES = "sql,timesql,exec,file,xss,permanentxss,redirect,crlf,csrf,cookieflags,csp,http_headers"
"""Of wapiti: what needs no server of theirs to call back to. LDAP is not spoken here; its module takes the 400 that any
NUL byte gets for an injection."""
NOT_PRESSED = ("/logg-ut*", "/logg-inn*", "/language", "/meg/innlogging/okter*")
"""What would end the session that everything else is asked with."""
QUIET = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Asker:
    """Somebody signed in, from our own pages: what CSRF stops is tried elsewhere."""

    cookie: str
    headers: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    tool: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.tool}: {self.what} at {self.where}"


def wapiti(
    program: Path, folder: Path, url: str, aims: Sequence[Aim], asker: Asker, seconds: int
) -> list[Found]:
    """Starts at every aim, follows no link from there, and fills in the forms it sees."""
    report = folder / "wapiti.json"
    command: list[str] = [
        str(program),
        "-u",
        f"{url}/",
        "--scope",
        "folder",
        "-d",
        "1",
        "-m",
        MODULES,
        "-v",
        "0",
    ]
    for aim in aims:
        command += ["-s", url + aim.address]
    for path in NOT_PRESSED:
        command += ["-x", url + path]
    for header in asker.headers:
        command += ["-H", header]
    command += ["-C", asker.cookie]
    command += ["--flush-session", "--store-session", str(folder), "--store-config", str(folder / "config")]
    command += [
        "--max-links-per-page",
        "25",
        "--max-attack-time",
        str(seconds),
        "--max-scan-time",
        str(seconds),
    ]
    command += ["--no-bugreport", "-f", "json", "-o", str(report)]
    with (folder / "wapiti.log").open("wb") as log:
        subprocess.run(command, env=QUIET | {"HOME": str(folder)}, stdout=log, stderr=log, check=True)
    told = json.loads(report.read_text(encoding="utf-8"))
    kinds = told["vulnerabilities"] | told["anomalies"]
    return [
        Found(
            "wapiti",
            kind,
            f"{each['method']} {each['path']} ({each.get('parameter') or each.get('info', '')})",
        )
        for kind, found in kinds.items()
        for each in found
    ]


def sqlmap(program: Path, folder: Path, url: str, aim: Aim, asker: Asker, level: int) -> list[Found]:
    """Every parameter of the address, with what it knows for PostgreSQL: error, union, blind, time, stacked."""
    name = re.sub(r"\W+", "_", aim.address)[:80]
    command: list[str] = [str(program), "-u", url + aim.address, "-p", ",".join(aim.parameters), "--batch"]
    command += [
        "--dbms",
        "PostgreSQL",
        "--level",
        str(level),
        "--risk",
        str(level),
        "--time-sec",
        "2",
        "--ignore-redirects",
        "--ignore-code",
        "401,403,404",
    ]
    command += [
        "--disable-coloring",
        "--flush-session",
        "--output-dir",
        str(folder / name),
        "--timeout",
        "20",
    ]
    command += ["--headers", "\n".join(asker.headers), "--cookie", asker.cookie]
    done = subprocess.run(
        command,
        env=QUIET | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    (folder / f"{name}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if not re.search(r"all tested parameters do not appear|injection point|not injectable", done.stdout):
        raise RuntimeError(f"sqlmap tested nothing at {aim.address}: see {folder / name}.log")
    return [
        Found("sqlmap", f"injection through {parameter}", aim.path)
        for parameter in re.findall(r"^Parameter: (\S+)", done.stdout, re.M)
    ]
