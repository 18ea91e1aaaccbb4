"""What a database's error means: worth another try, a full disk, a missing schema, or the end."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import cast

import pytest
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError

from callcenter.errors import DiskFull, MigrationMissing, StoreError
from callcenter.store.engine import StoreAway, _leave_read_only, told_plainly
from callcenter.store.settings import StoreSettings

SETTINGS = StoreSettings(url="postgresql://me@db/calls")


class FromPostgres(Exception):
    """An error of the driver, with PostgreSQL's own number."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"first line of {sqlstate}\nsecond line")
        self.sqlstate = sqlstate


class Adapted(Exception):
    """What the dialect makes of it: the number is only in its cause."""


def adapted(sqlstate: str) -> Exception:
    error = Adapted("first line\nsecond line")
    error.__cause__ = FromPostgres(sqlstate)
    return error


def told(error: Exception) -> StoreError:
    with pytest.raises(StoreError) as caught, told_plainly(SETTINGS):
        raise error
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("53100", DiskFull),
        ("42P01", MigrationMissing),
        ("08006", StoreAway),
        ("57P01", StoreAway),
        ("40001", StoreAway),
        ("53300", StoreAway),
        ("55P03", StoreAway),
        ("25006", StoreAway),
        ("25001", StoreError),
        ("22021", StoreError),
        ("28P01", StoreError),
    ],
)
def test_each_number_of_postgresql_has_its_meaning(sqlstate: str, kind: type[StoreError]) -> None:
    assert type(told(DBAPIError("SELECT 1", {}, adapted(sqlstate)))) is kind
    assert type(told(DBAPIError("SELECT 1", {}, FromPostgres(sqlstate)))) is kind


def test_servers_of_which_none_takes_what_is_written_are_worth_another_try() -> None:
    cause = Adapted("none of the hosts match")
    cause.__cause__ = TargetServerAttributeNotMatched("read-write")
    assert type(told(DBAPIError("", {}, cause))) is StoreAway


def test_a_server_that_has_become_a_copy_is_left() -> None:
    for sqlstate, leaves in (("25006", True), ("23505", False)):
        context = SimpleNamespace(original_exception=FromPostgres(sqlstate), is_disconnect=False)
        _leave_read_only(cast("ExceptionContext", context))
        assert context.is_disconnect is leaves


def test_a_server_that_is_silent_is_said_to_be() -> None:
    assert "cannot be reached: it does not answer" in str(told(TimeoutError()))


def test_a_connection_that_broke_is_worth_another_try() -> None:
    error = OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True)
    assert type(told(error)) is StoreAway


def test_a_server_that_does_not_listen_is_worth_another_try() -> None:
    assert "cannot be reached: refused" in str(told(ConnectionRefusedError(111, "refused")))


def test_a_file_that_cannot_be_opened_is_said_so() -> None:
    cause = sqlite3.OperationalError("unable to open database file")
    cause.sqlite_errorname = "SQLITE_CANTOPEN"
    assert "check that its directory exists" in str(told(OperationalError("SELECT 1", {}, cause)))


def test_what_has_no_number_is_told_by_its_first_line() -> None:
    assert "two\n" not in str(told(InvalidRequestError("one\ntwo\nthree")))
