"""A certified OpenID Connect server (npm oidc-provider) over TLS on loopback, run by the Node the assets are built with."""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hatch_build import node_tools

SOURCES = Path(__file__).parent / "oidc"
PATH = "/fjordvik/v2.0"
CLIENT_ID, CLIENT_SECRET = "skranke", "not-a-secret-of-anybodys"
MACHINE_ID, MACHINE_SECRET = "timeplan", "not-a-secret-either"
AUDIENCE = "urn:fjordvik:skranke"


@dataclass(frozen=True)
class RunningIssuer:
    """`authority` is what Skranke is given; `ca_file` what makes its certificate good."""

    authority: str
    ca_file: Path


@contextmanager
def running_issuer(
    folder: Path,
    *,
    public_url: str,
    keys: tuple[str, ...],
    accounts: Mapping[str, Mapping[str, Any]],
    path: str = PATH,
) -> Iterator[RunningIssuer]:
    """`keys`: the ways in of ours that it is registered for. `accounts`: what it says of each who signs in."""
    ca_file, cert, key = _certificates(folder)
    given = {
        "path": path,
        "key": str(key),
        "cert": str(cert),
        "audience": AUDIENCE,
        "accounts": accounts,
        "client": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [f"{public_url}/logg-inn/svar/{key}" for key in keys],
            "post_logout_redirect_uris": [f"{public_url}/logg-ut/ferdig"],
        },
        "machine": {"client_id": MACHINE_ID, "client_secret": MACHINE_SECRET},
    }
    node, _npm, environment = node_tools()
    command = [*node, "issuer.mjs", json.dumps(given)]
    process = subprocess.Popen(
        command, cwd=_installed(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        authority = _first_address(process)
        yield RunningIssuer(authority, ca_file)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _first_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("https://"):
            return line.strip()
    _out, complaint = process.communicate(timeout=10)
    raise AssertionError(f"the issuer did not start:\n{complaint}")


def _installed() -> Path:
    """A folder beside the tests' database with the locked packages in it, made by whoever comes first."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.glob("[!.]*")))).hexdigest()
    folder = Path(tempfile.gettempdir()) / f"skranke-oidc-{os.getuid()}-{digest[:12]}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(SOURCES, folder)
            _install(folder)
            (folder / "done").touch()
    return folder


def _install(folder: Path) -> None:
    _node, npm, environment = node_tools()
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    if os.environ.get("CI"):
        pytest.fail(f"the OpenID Connect server could not be installed:\n{done.stderr}")
    pytest.skip("NOT RUN: npm could not install the OpenID Connect server.")


def _certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate authority of our own, and one certificate of it for 127.0.0.1."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Skranke tests")])
    host = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    ca = _signed(name, name, authority.public_key(), authority, is_ca=True)
    cert = _signed(host, name, key.public_key(), authority, is_ca=False)
    paths = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(identifier(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if is_ca:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        certificate = certificate.add_extension(usage, critical=True)
    else:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = certificate.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return certificate.sign(signer, hashes.SHA256())
