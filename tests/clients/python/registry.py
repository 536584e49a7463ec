"""Signing in to the registry, and what its answers have in common."""

from os import environ
from typing import TypeVar

from digituki import AuthenticatedClient, Client
from digituki.api.sign_in import issue_token
from digituki.models import Problem, Token, TokenRequest

Answer = TypeVar("Answer")


async def sign_in() -> AuthenticatedClient:
    """Sign in. The token lives for fifteen minutes: whoever stays longer signs in again."""
    url = environ["DIGITUKI_URL"]
    credentials = TokenRequest(
        grant_type="client_credentials",
        client_id=environ["DIGITUKI_CLIENT_ID"],
        client_secret=environ["DIGITUKI_CLIENT_SECRET"],
    )
    async with Client(base_url=url, raise_on_unexpected_status=True) as registry:
        token = granted(await issue_token.asyncio(client=registry, body=credentials), Token)
    print(f"signed in for {token.expires_in} seconds: may {token.scope}")
    return AuthenticatedClient(base_url=url, token=token.access_token, raise_on_unexpected_status=True)


def granted(answer: object, kind: type[Answer]) -> Answer:
    """Take the answer for what was asked for; anything else is a failure that says what came instead."""
    assert isinstance(answer, kind), f"the registry answered {answer} and not a {kind.__name__}"
    return answer


def refused(answer: object) -> Problem:
    """Take the answer for a problem."""
    return granted(answer, Problem)
