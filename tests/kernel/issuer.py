"""A small OpenID Connect issuer on loopback: discovery, keys, the code flow with PKCE and a signed ID token. Whom it vouches for is set."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from xiuhao.kernel.time import now

CLIENT, SECRET = "xiuhao", "a secret of the tests only"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer(ThreadingHTTPServer):
    """`person` are the claims of whoever logs in there; codes are good once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.person: dict[str, Any] = {}
        self.codes: dict[str, tuple[dict[str, Any], str]] = {}

    def approve(self, authorize: str) -> str:
        """What the browser is sent back to after the person agreed: the redirect address with code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorize).query).items()}
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        code = uuid4().hex
        self.codes[code] = (dict(self.person), asked["code_challenge"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        person, challenge = self.codes.pop(form.get("code", ""), ({}, ""))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if not person or proof != challenge or form.get("client_secret") != SECRET:
            return None
        at = int(now().timestamp())
        said = {"iss": self.url, "aud": CLIENT, "iat": at, "exp": at + 300, **person}
        signed = jwt.encode(said, KEY, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": json.dumps(person), "token_type": "Bearer", "id_token": signed}


class _Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        url = self.server.url
        if self.path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "me", "jwks_uri": "keys"}
            self.answer({"issuer": url, **{key: f"{url}/{path}" for key, path in names.items()}})
        elif self.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self.answer({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif self.path == "/me":
            self.answer(json.loads(self.headers["Authorization"].removeprefix("Bearer ")))
        else:
            self.answer({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        token = self.server.token({name: values[0] for name, values in parse_qs(body).items()})
        self.answer(token or {"error": "invalid_grant"}, 200 if token else 400)

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def issuer() -> Iterator[Issuer]:
    """One that runs."""
    with Issuer() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
