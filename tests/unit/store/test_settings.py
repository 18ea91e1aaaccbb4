"""Where the record may be kept: a file, a server, or several of which one takes what is written."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from callcenter.store.settings import StoreSettings

SEVERAL = "postgresql://me@/calls?host=a:5432&host=b:5433&target_session_attrs=read-write"


@pytest.mark.parametrize(
    "url",
    [
        SEVERAL,
        "postgresql://me@db/calls",
        "postgresql://me@[::1]:5432/calls?ssl=verify-full",
        "postgresql://me@/calls?host=/run/postgresql",
        "postgresql:///calls",
        "sqlite:///a/file",
    ],
)
def test_databases_that_can_be(url: str) -> None:
    assert StoreSettings(url=url).address().drivername in {"postgresql+asyncpg", "sqlite+aiosqlite"}


def test_the_driver_is_told_of_every_server() -> None:
    address = StoreSettings(url=SEVERAL, password="hush").address()
    _, told = address.get_dialect()().create_connect_args(address)
    assert (told["host"], told["port"], told["target_session_attrs"]) == (["a", "b"], [5432, 5433], "read-write")
    assert (told["user"], told["database"], told["password"]) == ("me", "calls", "hush")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://me@/calls?host=a&host=b:1", "write each of several servers as host=name:port"),
        ("postgresql://me@/calls?host=[::1]:5432&host=b:1", "an IPv6 address by its name"),
        ("postgresql://me@/calls?host=a:x&host=b:1", "write each of several servers as host=name:port"),
        ("postgresql://me@/calls?host=a:1&host=b:70000", "not a database URL"),
        ("postgresql://me@/calls?host=a%00:1&host=b:2", "not a database URL"),
        ("postgresql://me@h:x/calls", "not a database URL"),
        ("postgresql://me@h:70000/calls", "not a database URL"),
        ("postgresql://me@h/calls%00", "not a database URL"),
        ("postgresql://me@h/", "name the database"),
        ("postgresql://me@h/calls?password=hush", "only host, ssl, target_session_attrs may follow the ?"),
        ("postgresql://me@h/calls?target_session_attrs=standby", "is one of any, primary, read-write"),
        ("postgresql://me@h/calls?ssl=require&ssl=disable", "ssl is one of disable"),
    ],
)
def test_what_no_driver_takes_is_said_so_and_a_password_not_repeated(url: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        StoreSettings(url=url)
    assert sentence in str(refused.value)
    assert "hush" not in str(refused.value)
