"""An API that validates access tokens by `authlib` (RFC 9068, section 4). Reads what it needs as JSON on standard input, prints JSON at its end."""

import base64
import json
import sys
import time

import requests
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet


class Api(JWTBearerTokenValidator):
    """An API of one audience, which knows of its authorization server the issuer alone."""

    def __init__(self, issuer: str, audience: str) -> None:
        super().__init__(issuer, audience)
        metadata = fetch(f"{issuer}/.well-known/openid-configuration")
        assert metadata["issuer"] == issuer, metadata
        self.token_endpoint = metadata["token_endpoint"]
        self.keys = KeySet.import_key_set(fetch(metadata["jwks_uri"]))

    def get_jwks(self) -> KeySet:
        return self.keys

    def validated(self, token: str, scopes: list[str]):
        """The token, if its signature and claims hold and it has one of these scopes."""
        read = self.authenticate_token(token)
        self.validate_token(read, scopes, request=None)
        return read

    def refuses(self, token: str, scopes: list[str], refusal: type[Exception] = InvalidTokenError) -> bool:
        try:
            self.validated(token, scopes)
        except refusal:
            return True
        return False


def fetch(url: str) -> dict:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    return answer.json()


def own_token(endpoint: str, machine: dict, audience: str, scope: str) -> str:
    form = {"grant_type": "client_credentials", "resource": audience, "scope": scope}
    answer = requests.post(endpoint, data=form, auth=(machine["client_id"], machine["client_secret"]), timeout=30)
    answer.raise_for_status()
    assert answer.json()["token_type"] == "Bearer" and answer.json()["scope"] == scope, answer.text
    return answer.json()["access_token"]


def with_claims(token: str, **changes) -> str:
    """The same header and signature around other claims."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    payload = base64.urlsafe_b64encode(json.dumps(claims | changes).encode()).rstrip(b"=").decode()
    return f"{header}.{payload}.{signature}"


def validate(issuer: str, machine: dict, described: dict, other: dict) -> str:
    audience, scope = described["audience"], described["scopes"][0]
    api = Api(issuer, audience)
    token = own_token(api.token_endpoint, machine, audience, scope)
    read = api.validated(token, [scope])
    assert (read["iss"], read["aud"], read["sub"]) == (issuer, audience, f"client:{machine['client_id']}"), dict(read)
    assert (read["client_id"], read["scope"]) == (machine["client_id"], scope), dict(read)
    assert read.header["typ"] == "at+jwt" and read.header["alg"] == described["access_token_signed_response_alg"], read.header
    assert read["iat"] <= time.time() + 60 and read["exp"] > time.time(), dict(read)

    assert api.refuses(token, ["nothing:like-it"], InsufficientScopeError), "a scope that it hasn't"
    assert api.refuses(own_token(api.token_endpoint, machine, other["audience"], other["scopes"][0]), [scope]), "for another API"
    assert Api(issuer, other["audience"]).refuses(token, [scope]), "at another API"
    for altered in (with_claims(token, scope="everything"), with_claims(token, exp=read["exp"] + 1), with_claims(token, aud=other["audience"])):
        assert api.refuses(altered, []) and Api(issuer, other["audience"]).refuses(altered, []), altered
    signature = token.rindex(".") + 1
    assert api.refuses(token[:signature] + ("B" if token[signature] == "A" else "A") + token[signature + 1 :], [scope]), "another signature"
    read.validate(now=read["exp"] - 1)
    try:
        read.validate(now=read["exp"] + 61)
    except Exception as expired:  # noqa: BLE001: whichever it is, it isn't taken
        assert "expired" in str(expired), expired
    else:
        raise AssertionError("an expired token is taken")
    return read.header["alg"]


def persons(issuer: str, audience: str, token: str, scope: str, group: str = "Editors", role: str = "editor") -> dict:
    """What a person's token says, after all that `authlib` checks; an API may ask it for groups and roles, as RFC 9068 names them."""
    api = Api(issuer, audience)
    read = api.validated(token, [scope])
    api.validate_token(read, [scope], request=None, groups=[group], roles=[role])
    for other in ({"groups": ["Others"]}, {"roles": ["admin"]}):
        try:
            api.validate_token(read, [scope], request=None, **other)
        except InvalidTokenError:
            continue
        raise AssertionError(f"nobody gave it {other}")
    assert api.refuses(with_claims(token, roles=["admin"]), [scope]), "another role"
    return {name: read.get(name) for name in ("scope", "groups", "roles")}


def main() -> None:
    read = json.load(sys.stdin)
    if "token" in read:
        print(json.dumps(persons(**read)))
        return
    demo = read["description"]["tenants"]["demo"]
    machine = next(client for client in demo["clients"] if client["client_id"] == "demo-machine")
    first, second = demo["apis"]
    print(json.dumps([validate(demo["issuer"], machine, *apis) for apis in ((first, second), (second, first))]))


main()
