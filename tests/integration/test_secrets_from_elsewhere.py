"""Secrets from systemd's credentials, and certificates in place of passwords, at a real PostgreSQL and Mosquitto."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from callcenter.ami.settings import LoginSettings
from callcenter.config import Settings, describe, load_settings
from callcenter.errors import BadSetting, StoreError
from callcenter.publish import MqttSettings
from callcenter.store import StoreSettings, upgrade
from callcenter.store.audit import read_key
from callcenter.store.customers.sealing import MasterKeys
from callcenter.tracker.outbox.settings import MailSettings, WebhookSettings
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.settings import DialplanSettings, WebSettings
from tests.integration.on_air import OnAir
from tests.integration.test_mqtt import until
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.one_database

SECRET = "a-secret-of-some-length"
NAMED = "credential:it"
READ: dict[str, Callable[[], object]] = {
    "ami.events.secret_file": lambda: LoginSettings(username="e", secret_file=NAMED).reveal(),
    "ami.control.secret_file": lambda: LoginSettings(username="c", secret_file=NAMED).reveal(),
    "store.password_file": lambda: StoreSettings(url="postgresql://a@b/c", password_file=NAMED).address().password,
    "mqtt.password_file": lambda: MqttSettings(url="mqtt://a", username="a", password_file=NAMED).reveal(),
    "web.dialplan.secret_file": lambda: DialplanSettings(secret_file=NAMED).reveal(),
    "web.audit_key_file": lambda: text(WebSettings(audit_key_file=NAMED).audit_key_file, read_key),
    "desk.turn_secret_file": lambda: text(
        DeskSettings(turn_username="a", turn_secret_file=NAMED).turn_secret_file, Path.read_bytes
    ),
    "webhooks.<name>.secret_file": lambda: WebhookSettings(
        name="a", url="https://a/", secret_file=NAMED, kinds=("call",)
    ).reveal(),
    "mail.password_file": lambda: MailSettings(
        host="a", username="a", password_file=NAMED, sender="a@b.example", recipients={"survey": ("c@b.example",)}
    ).reveal(),
}
"""How each secret of the settings is read, by the name of its setting."""
BY_CERTIFICATE = {"store.tls_key_file", "mqtt.tls_key_file"}


def text(path: Path | None, read: Callable[[Path], bytes]) -> str:
    assert path is not None
    return read(path).decode()


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What systemd has put into its folder: the service may read it by an ACL, which looks like a group's right."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "it").write_text(SECRET)
    MasterKeys.new().write(folder / "keys")
    for file in folder.iterdir():
        file.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


@pytest.mark.parametrize("setting", READ)
def test_each_secret_of_the_settings_may_be_a_credential_of_systemd(given: Path, setting: str) -> None:
    assert READ[setting]() == SECRET


def test_no_secret_is_left_out() -> None:
    secrets = {one.name for one in describe() if one.name.rpartition(".")[2] in {"key_file"} | ENDINGS}
    assert secrets == {*READ, *BY_CERTIFICATE, "privacy.key_file"}
    assert {one.kind for one in describe() if one.name in secrets} == {"path"}


ENDINGS = {"secret_file", "password_file", "turn_secret_file", "audit_key_file", "tls_key_file"}


def test_master_keys_may_be_one_and_are_closed_to_others_there_too(given: Path) -> None:
    privacy = PrivacySettings(key_file="credential:keys")
    assert privacy.master_keys() is not None
    (given / "keys").chmod(0o444)
    with pytest.raises(BadSetting, match="can be read by others"):
        privacy.master_keys()


def test_it_is_named_in_the_file_or_the_environment(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "callcenter.toml"
    file.write_text(f'[ami.events]\nusername = "e"\nsecret_file = "{NAMED}"\n[ami.control]\nusername = "c"\n')
    monkeypatch.setenv("CALLCENTER_AMI__CONTROL__SECRET_FILE", NAMED)
    ami = load_settings(file).ami
    assert (ami.events.reveal(), ami.control.reveal()) == (SECRET, SECRET)


def test_without_systemd_it_is_where_the_running_service_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(BadSetting, match=r"/run/credentials/callcenter\.service/it"):
        LoginSettings(username="e", secret_file=NAMED).reveal()


@pytest.mark.parametrize("name", ["", "../etc/passwd", "/etc/passwd", ".hidden", "a b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="a credential's name has letters"):
        LoginSettings(username="e", secret_file=f"credential:{name}")


class House:
    """Certificates: an authority, a server's for localhost, and the service's, each file for whoever runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "house")])
        self.ca = self._write("ca", self._signed("house", self._key, authority=True), None)
        self.server = self.made("localhost")
        self.service = self.made("callcenter")

    def made(self, name: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        return self._write(name, self._signed(name, key), None), self._write(f"{name}-key", None, key)

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool = False) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return made.sign(self._key, hashes.SHA256())

    def _write(self, name: str, certificate: Any, key: Any) -> Path:
        pem = serialization.Encoding.PEM
        path = self.folder / f"{name}.pem"
        if certificate is not None:
            path.write_bytes(certificate.public_bytes(pem))
        else:
            form = serialization.PrivateFormat.PKCS8
            path.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
        return path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("certificates"))


@pytest.mark.filterwarnings("ignore:.*SSLSocket")
async def test_the_broker_knows_the_service_by_its_certificate_alone(tmp_path: Path, house: House) -> None:
    certificate, key = house.server
    more = (f"cafile {house.ca}", f"certfile {certificate}", f"keyfile {key}", "require_certificate true")
    broker = Mosquitto(tmp_path, *more, "use_identity_as_username true")
    broker.start()
    try:
        url = broker.url.replace("mqtt://127.0.0.1", "mqtts://localhost")
        on_air = OnAir(url, tls_ca=house.ca, tls_certificate=house.service[0], tls_key_file=house.service[1])
        async with on_air.running(), asyncio.timeout(10):
            await on_air.bus._there.wait()
        stranger = OnAir(url, tls_ca=house.ca)
        async with stranger.running():
            await until(lambda: "peer did not return a certificate" in (tmp_path / "mosquitto.log").read_text())
            assert not stranger.bus.up
    finally:
        broker.kill()


@pytest.fixture
def server(house: House) -> Iterator[tuple[PostgresServer, str]]:
    """A server that knows people by certificates alone, on loopback."""
    server, port = PostgresServer(), free_port()
    data = server.folder / "data"
    for name, path in (("ca", house.ca), ("cert", house.server[0]), ("key", house.server[1])):
        server.place(f"{name}.pem", path.read_bytes())
    named = ("ca.pem", "cert.pem", "key.pem")
    ca, certificate, key = (str(data / name) for name in named)
    server.say(
        *("listen_addresses=127.0.0.1", f"port={port}", "ssl=on", f"ssl_ca_file={ca}"),
        *(f"ssl_cert_file={certificate}", f"ssl_key_file={key}"),
    )
    server.place("pg_hba.conf", b"hostssl all all 127.0.0.1/32 cert\n")
    server.start()
    try:
        yield server, f"postgresql://callcenter@localhost:{port}/postgres"
    finally:
        server.remove()


async def test_the_database_knows_the_service_by_its_certificate_alone(
    server: tuple[PostgresServer, str], house: House
) -> None:
    _, url = server
    open_before = held()
    known = {"tls_ca": house.ca, "tls_certificate": house.service[0], "tls_key_file": house.service[1]}
    assert await upgrade(StoreSettings(url=url, **known))
    with pytest.raises(StoreError, match="certificate"):
        await upgrade(StoreSettings(url=url, tls_ca=house.ca))
    stranger = dict(zip(("tls_certificate", "tls_key_file"), house.made("somebody"), strict=True))
    with pytest.raises(StoreError, match="certificate authentication failed"):
        await upgrade(StoreSettings(url=url, tls_ca=house.ca, **stranger))
    with pytest.raises(StoreError, match="CERTIFICATE_VERIFY_FAILED"):
        await upgrade(StoreSettings(url=url, **known | {"tls_ca": House(house.folder).server[0]}))
    # what was refused is let go of a moment later
    await until(lambda: gc.collect() >= 0 and held() <= open_before)


def held() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"url": "postgresql://a@b/c", "tls_certificate": "a"}, "tls_certificate needs tls_ca"),
        ({"url": "postgresql://a@b/c", "tls_ca": "a", "tls_key_file": "a"}, "tls_key_file needs tls_certificate"),
        ({"url": "postgresql://a@b/c?ssl=require", "tls_ca": "a"}, "tls_ca is for a postgresql URL without ssl="),
        ({"url": "sqlite:///a", "tls_ca": "a"}, "tls_ca is for a postgresql URL"),
    ],
)
def test_what_of_certificates_cannot_be_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        StoreSettings(**said)


@pytest.mark.parametrize("said", [{"tls_certificate": "a"}, {"url": "mqtts://a", "tls_key_file": "a"}])
def test_what_of_certificates_at_the_broker_cannot_be_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"need an mqtts:// url|needs tls_certificate"):
        MqttSettings(**said)


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path, house: House) -> None:
    told = StoreSettings(url="postgresql://a@b/c", tls_ca=house.ca, tls_certificate=tmp_path / "none.pem")
    with pytest.raises(BadSetting, match=r"store\.tls_certificate .*none\.pem cannot be used"):
        told.tls_context()
    assert isinstance(Settings.model_fields["store"].default, StoreSettings)
