"""The doctor's lines on the page and the phones in it: what would leave agents without either."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from callcenter.config import Settings
from callcenter.doctor.inspect import Check
from callcenter.doctor.own import judge_second_factor
from callcenter.errors import BadSetting
from callcenter.files.phones import read_phones
from callcenter.locale import english
from callcenter.store.sign_in.breached import BreachedPasswords
from callcenter.web.pages.built import PAGE, STATIC


def inspect_pages(settings: Settings) -> list[Check]:
    """Judge page and phones by the settings alone; nothing where no page is served."""
    if not settings.web.enabled:
        return []
    checks = [_passwords(settings), judge_second_factor(settings.web.authenticator_roles)]
    if not (STATIC / PAGE.removeprefix("/")).is_file():
        checks.append(Check("page", "warn", "not built: the API is served alone", "in the program's folder: make ui"))
    if settings.desk.phones is not None:
        checks += [_phones(settings), *_websocket(settings.desk.websocket or ""), *_relay(settings)]
    return checks


def _passwords(settings: Settings) -> Check:
    name, path = "breached passwords", settings.web.breached_passwords
    if path is None:
        found = english(
            "the 30,000 commonest alone are refused; [web] breached_passwords may name a list of all that are known"
        )
        return Check(name, "ok", found)
    try:
        BreachedPasswords(path).check()
    except BadSetting as error:
        return Check(name, "fail", str(error), "settings: [web] breached_passwords")
    return Check(name, "ok", english(f"none that stands in {path} is taken"))


def _phones(settings: Settings) -> Check:
    name, path = "phones in pages", settings.desk.phones
    assert path is not None
    try:
        phones = read_phones(path)
    except BadSetting as error:
        remedy = english(f"let Asterisk and the service read {path}: chgrp asterisk, chmod 640")
        return Check(name, "fail", str(error), remedy)
    if not phones:
        return Check(name, "warn", f"{path} has none yet", "`callcenter phones rotate 1001` makes one")
    return Check(name, "ok", f"{len(phones)} phones stand in {path}")


def _websocket(address: str) -> list[Check]:
    told = urlsplit(address)
    if told.scheme == "wss" or _is_here(told.hostname or ""):
        return []
    found = english(f"{address} is not encrypted: pages of other machines, which are https, may not connect to it")
    remedy = english("http.conf: tlsenable = yes, with a certificate; settings: [desk] websocket = wss://HOST:8089/ws")
    return [Check("phones in pages", "warn", found, remedy)]


def _relay(settings: Settings) -> list[Check]:
    path = settings.desk.turn_secret_file
    try:
        if path is not None and not path.read_text("utf-8").strip():
            return [Check("relay", "fail", f"{path} is empty", "settings: [desk] turn_secret_file")]
    except (OSError, UnicodeDecodeError):
        return [Check("relay", "fail", f"{path} cannot be read", "settings: [desk] turn_secret_file")]
    return []


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
