"""Which tokens are an issuer's own and for us, and how its keys are kept."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from integrations.oidc.provider import (
    ASK_AGAIN_SECONDS,
    KEPT_SECONDS,
    IssuerUnreachable,
    Provider,
    TokenRefused,
)

AUTHORITY = "https://issuer.example/tenant"
AUDIENCE = "urn:fjordvik:skranke"


@dataclass
class Issuer:
    """What the issuer serves, how often it was asked for its keys, and whether it answers."""

    keys: dict[str, Any] = field(default_factory=lambda: {"one": _rsa()})
    asked: int = 0
    away: bool = False
    now: float = 0.0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            return httpx.Response(503)
        if request.url.path.endswith("/openid-configuration"):
            return httpx.Response(200, json={"issuer": AUTHORITY, "jwks_uri": f"{AUTHORITY}/keys"})
        self.asked += 1
        return httpx.Response(200, json={"keys": [_public(kid, key) for kid, key in self.keys.items()]})

    def provider(self) -> Provider:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return Provider(AUTHORITY, lambda: http, clock=lambda: self.now)

    def token(self, kid: str = "one", *, algorithm: str = "RS256", **claims: Any) -> str:
        given = {name: value for name, value in (good() | claims).items() if value is not None}
        return jwt.encode(given, self.keys[kid], algorithm, headers={"kid": kid})


def good() -> dict[str, Any]:
    now = datetime.now(UTC)
    times = {"iat": now, "exp": now + timedelta(minutes=5)}
    return times | {"iss": AUTHORITY, "aud": AUDIENCE, "sub": "timeplan", "client_id": "timeplan"}


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _public(kid: str, key: Any) -> dict[str, Any]:
    algorithm = (
        jwt.algorithms.ECAlgorithm
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else jwt.algorithms.RSAAlgorithm
    )
    return json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"}


@pytest.fixture(scope="module")
def signing_key() -> rsa.RSAPrivateKey:
    return _rsa()


@pytest.fixture
def issuer(signing_key: rsa.RSAPrivateKey) -> Issuer:
    return Issuer({"one": signing_key})


async def test_a_good_token_is_its_claims(issuer: Issuer) -> None:
    claims = await issuer.provider().verify(issuer.token(), audience=AUDIENCE)
    assert claims["client_id"] == "timeplan"


async def test_elliptic_keys_sign_too(issuer: Issuer) -> None:
    issuer.keys["curve"] = ec.generate_private_key(ec.SECP256R1())
    token = issuer.token("curve", algorithm="ES256")
    assert (await issuer.provider().verify(token, audience=AUDIENCE))["sub"] == "timeplan"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-api"},
        {"aud": None},
        {"iss": "https://evil.example/tenant"},
        {"iss": f"{AUTHORITY}/"},
        {"iss": None},
        {"exp": timedelta(minutes=-2)},
        {"exp": None},
        {"iat": None},
        {"nbf": timedelta(minutes=10)},
        {"sub": None},
        {"aud": [AUDIENCE, "another-api"]},
        {"aud": [AUDIENCE, "another-api"], "azp": "another-api"},
    ],
    ids=str,
)
async def test_a_token_of_another_for_another_or_of_another_time_is_refused(
    issuer: Issuer, claims: dict[str, Any]
) -> None:
    """A length of time is from now: the tests are gathered long before they run."""
    told = {
        name: datetime.now(UTC) + value if isinstance(value, timedelta) else value
        for name, value in claims.items()
    }
    with pytest.raises(TokenRefused):
        await issuer.provider().verify(issuer.token(**told), audience=AUDIENCE)


async def test_the_log_says_which_claim_is_missing(issuer: Issuer) -> None:
    with pytest.raises(TokenRefused, match=r"^without aud$"):
        await issuer.provider().verify(issuer.token(aud=None), audience=AUDIENCE)


async def test_the_nonce_must_be_the_one_that_was_sent(issuer: Issuer) -> None:
    provider = issuer.provider()
    assert await provider.verify(issuer.token(nonce="n"), audience=AUDIENCE, nonce="n")
    for token in (issuer.token(nonce="m"), issuer.token()):
        with pytest.raises(TokenRefused, match="nonce"):
            await provider.verify(token, audience=AUDIENCE, nonce="n")


def _unsigned(issuer: Issuer) -> str:
    return jwt.encode(good(), None, "none", headers={"kid": "one"})


def _signed_with_the_public_key(issuer: Issuer) -> str:
    """The classic confusion: the public key, which everybody has, used as a shared secret. By hand: PyJWT will not."""
    public = json.dumps(_public("one", issuer.keys["one"])).encode()
    parts = ({"alg": "HS256", "kid": "one"}, good() | {"iat": 1, "exp": 4_102_444_800})
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    seal = hmac.digest(public, signed, "sha256")
    return b".".join((signed, base64.urlsafe_b64encode(seal).rstrip(b"="))).decode()


def _signed_by_another(issuer: Issuer) -> str:
    return jwt.encode(good(), _rsa(), "RS256", headers={"kid": "one"})


def _changed(issuer: Issuer) -> str:
    head, _body, signature = issuer.token().split(".")
    body = base64.urlsafe_b64encode(json.dumps({"sub": "root"}).encode()).rstrip(b"=").decode()
    return ".".join((head, body, signature))


def _key_in_the_token(issuer: Issuer) -> str:
    own = _rsa()
    return jwt.encode(good(), own, "RS256", headers={"kid": "mine", "jwk": _public("mine", own)})


def _another_algorithm_of_the_family(issuer: Issuer) -> str:
    return issuer.token(algorithm="PS256")


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        _signed_with_the_public_key,
        _signed_by_another,
        _changed,
        _key_in_the_token,
        _another_algorithm_of_the_family,
        lambda issuer: "a.b.c",
        lambda issuer: "",
        lambda issuer: "a" * 20_000,
        lambda issuer: issuer.token()[:-10],
    ],
)
async def test_a_forged_token_is_refused(issuer: Issuer, forge: Callable[[Issuer], str]) -> None:
    with pytest.raises(TokenRefused):
        await issuer.provider().verify(forge(issuer), audience=AUDIENCE)


async def test_keys_are_read_once_and_again_after_an_hour(issuer: Issuer) -> None:
    provider = issuer.provider()
    for _ in range(5):
        await provider.verify(issuer.token(), audience=AUDIENCE)
    assert issuer.asked == 1
    issuer.now += KEPT_SECONDS + 1
    await provider.verify(issuer.token(), audience=AUDIENCE)
    assert issuer.asked == 2


async def test_a_new_key_is_found_at_once_but_invented_ones_do_not_make_us_ask_for_ever(
    issuer: Issuer,
) -> None:
    provider = issuer.provider()
    await provider.verify(issuer.token(), audience=AUDIENCE)
    issuer.now += ASK_AGAIN_SECONDS + 1
    issuer.keys["two"] = _rsa()
    await provider.verify(issuer.token("two"), audience=AUDIENCE)
    assert issuer.asked == 2
    invented = jwt.encode(good(), _rsa(), "RS256", headers={"kid": "invented"})
    for _ in range(20):
        with pytest.raises(TokenRefused, match="unknown_key"):
            await provider.verify(invented, audience=AUDIENCE)
    assert issuer.asked == 2


async def test_a_key_that_was_withdrawn_opens_nothing_after_an_hour(issuer: Issuer) -> None:
    provider = issuer.provider()
    token = issuer.token()
    await provider.verify(token, audience=AUDIENCE)
    issuer.keys = {"two": _rsa()}
    issuer.now += KEPT_SECONDS + 1
    with pytest.raises(TokenRefused, match="unknown_key"):
        await provider.verify(token, audience=AUDIENCE)


async def test_an_issuer_that_is_away_is_answered_for_by_the_keys_it_had(issuer: Issuer) -> None:
    provider = issuer.provider()
    await provider.verify(issuer.token(), audience=AUDIENCE)
    issuer.away, issuer.now = True, issuer.now + KEPT_SECONDS + 1
    assert await provider.verify(issuer.token(), audience=AUDIENCE)


async def test_an_issuer_that_was_never_reached_is_told_apart_from_a_bad_token(issuer: Issuer) -> None:
    issuer.away = True
    with pytest.raises(IssuerUnreachable):
        await issuer.provider().verify(issuer.token(), audience=AUDIENCE)


@pytest.mark.parametrize("answer", [[], {}, {"issuer": AUTHORITY}, "text", 7], ids=str)
async def test_a_description_that_is_none_is_an_issuer_out_of_reach(answer: Any) -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))
    with pytest.raises(IssuerUnreachable):
        await Provider(AUTHORITY, lambda: http).metadata()


async def test_a_description_that_names_another_issuer_is_not_believed() -> None:
    other = {"issuer": "https://issuer.example/other", "jwks_uri": f"{AUTHORITY}/keys"}
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=other)))
    with pytest.raises(IssuerUnreachable):
        await Provider(AUTHORITY, lambda: http).metadata()
