"""The code flow by `authlib`: discovery, sign-in, userinfo, refresh, logout. Reads what it needs as JSON on standard input."""

import html
import json
import re
import sys
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken

SCOPE = "openid profile email offline_access"


class Visitor:
    """A person at a browser without a screen."""

    def __init__(self, person: dict) -> None:
        self.person = person
        self.session = requests.Session()

    def open(self, url: str, stop_at: str) -> str:
        """Opens an address, fills in what is shown, and ends at the app's."""
        answer = self.session.get(url, allow_redirects=False)
        for _ in range(12):
            if answer.is_redirect:
                location = urljoin(answer.url, answer.headers["location"])
                if location.startswith(stop_at):
                    return location
                answer = self.session.get(location, allow_redirects=False)
            elif 'id="sign-in"' in answer.text:
                typed = {"username": self.person["username"], "password": self.person["password"]}
                answer = self.submit(answer, typed)
            elif 'id="consent-allow"' in answer.text:
                answer = self.submit(answer, {"decision": "allow"})
            else:
                break
        raise AssertionError(f"not at the app but at {answer.url}, {answer.status_code}:\n{answer.text}")

    def submit(self, page: requests.Response, typed: dict) -> requests.Response:
        action = html.unescape(re.search(r'<form\b[^>]*\baction="([^"]*)"', page.text)[1])
        state = html.unescape(re.search(r'<input\b[^>]*\bname="state"[^>]*\bvalue="([^"]*)"', page.text)[1])
        parts = urlsplit(page.url)
        headers = {"origin": f"{parts.scheme}://{parts.netloc}", "sec-fetch-site": "same-origin"}
        return self.session.post(urljoin(page.url, action), data={"state": state, **typed}, headers=headers, allow_redirects=False)


def id_token_claims(metadata: dict, token: dict, client_id: str, nonce: str | None) -> dict:
    keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"]).json())
    options = {"iss": {"essential": True, "value": metadata["issuer"]}, "aud": {"essential": True, "value": client_id}}
    parameters = {"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]}
    claims = jwt.decode(token["id_token"], keys, claims_cls=CodeIDToken, claims_options=options, claims_params=parameters)
    claims.validate()
    return claims


def whole_circle(description: dict, client_id: str) -> None:
    tenant = description["tenants"]["demo"]
    registered = next(client for client in tenant["clients"] if client["client_id"] == client_id)
    metadata = requests.get(tenant["issuer"] + "/.well-known/openid-configuration").json()
    redirect_uri = registered["redirect_uris"][0]
    app = OAuth2Session(
        client_id,
        registered.get("client_secret"),
        token_endpoint_auth_method=registered["token_endpoint_auth_method"],
        scope=SCOPE,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    verifier, nonce = "v" * 64, "n-authlib"
    url, state = app.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    visitor = Visitor(tenant["users"][0])
    arrived = visitor.open(url, redirect_uri)
    assert parse_qs(urlsplit(arrived).query)["iss"] == [metadata["issuer"]]

    token = app.fetch_token(metadata["token_endpoint"], authorization_response=arrived, state=state, code_verifier=verifier)
    claims = id_token_claims(metadata, token, client_id, nonce)
    userinfo = app.get(metadata["userinfo_endpoint"]).json()
    assert userinfo["sub"] == claims["sub"] and userinfo["email"] == tenant["users"][0]["email"], userinfo

    refreshed = app.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert refreshed["access_token"] != token["access_token"]
    assert id_token_claims(metadata, refreshed, client_id, None)["sub"] == claims["sub"]
    assert app.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]

    log_out(metadata, visitor, token["id_token"], registered["post_logout_redirect_uris"][0])


def log_out(metadata: dict, visitor: Visitor, id_token: str, back: str) -> None:
    request = requests.Request("GET", metadata["end_session_endpoint"], params={"id_token_hint": id_token, "post_logout_redirect_uri": back})
    assert visitor.open(request.prepare().url, back) == back


if __name__ == "__main__":
    print(json.dumps(whole_circle(**json.load(sys.stdin))))
