"""Signing in against a real LDAP directory: OpenLDAP's slapd, a process of its own on loopback."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from web.app import create_app
from web.identity.directory import Directory
from workflow_engine import Engine, Settings, SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # ldap3 uses old names of pyasn1
SLAPD = shutil.which("slapd") or "/usr/sbin/slapd"
MODULES = Path("/usr/lib/ldap")
BASE = "dc=city,dc=example"
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
database mdb
suffix "{base}"
rootdn "cn=admin,{base}"
rootpw admin-secret
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,{base}" read by * none
"""
ENTRIES = """
dn: {base}
objectClass: dcObject
objectClass: organization
dc: city
o: City

dn: cn=reader,{base}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: reader-secret

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: uid=wang,ou=people,{base}
objectClass: inetOrgPerson
uid: wang
cn: Wang Fang
sn: Wang
userPassword: a wet spring morning

dn: uid=hu,ou=people,{base}
objectClass: inetOrgPerson
uid: hu
cn: Hu Yang
sn: Hu
userPassword: another password

dn: uid=jiang,ou=people,{base}
objectClass: inetOrgPerson
uid: jiang
cn: Jiang Fan
sn: Jiang
userPassword: an administrator there
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not Path(SLAPD).exists() or not MODULES.exists():
        pytest.skip("no slapd here; as root: apt-get install slapd")
    folder = tmp_path_factory.mktemp("slapd")
    (folder / "data").mkdir()
    config = folder / "slapd.conf"
    config.write_text(CONFIG.format(modules=MODULES, folder=folder, base=BASE))
    add = [str(Path(SLAPD).with_name("slapadd")), "-f", str(config)]
    subprocess.run(add, input=ENTRIES.format(base=BASE), text=True, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = f"ldap://127.0.0.1:{port}"
    process = subprocess.Popen(
        [SLAPD, "-f", str(config), "-h", found, "-d", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "LANG": "C"},
    )  # fmt: skip
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield found
    process.terminate()
    process.wait(10)


@pytest.fixture
def ldap_settings(settings: Settings, url: str, tmp_path: Path) -> Settings:
    secret = tmp_path / "reader"
    secret.write_text("reader-secret\n")
    return replace(
        settings, ldap_url=url, ldap_base=f"ou=people,{BASE}", ldap_bind_dn=f"cn=reader,{BASE}",
        ldap_bind_password_file=secret, session_file=None,
    )  # fmt: skip


@pytest.fixture
def with_directory(engine: Engine, ldap_settings: Settings) -> Flask:
    return create_app(engine, ldap_settings)


def sign_in(app: Flask, name: str, password: str) -> int:
    visitor = Visitor(app)
    visitor.get("/sign-in")
    return visitor.post("/sign-in", {"name": name, "password": password}).status_code


def test_the_directorys_password_signs_in_and_binds(with_directory: Flask, engine: Engine) -> None:
    assert sign_in(with_directory, "wang", "a wet spring morning") == 303
    assert sign_in(with_directory, "wang", "a wet spring morning") == 303
    member = engine.queries.organisation.get_member("user:wang")
    assert member.has_account
    assert sign_in(with_directory, "wang", "rain on the river") == 303, "the product's own password holds as well"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("wang", "wrong"), ("wang", ""), ("nobody", "a wet spring morning"), ("*", "a wet spring morning"),
        ("wang)(uid=*", "a wet spring morning"), ("w*", "a wet spring morning"), ("jiang", "an administrator there"),
    ],
)  # fmt: skip
def test_nobody_else_gets_in(with_directory: Flask, name: str, password: str) -> None:
    assert sign_in(with_directory, name, password) == 401


def test_a_directory_that_is_away_signs_nobody_in(engine: Engine, ldap_settings: Settings) -> None:
    away = create_app(engine, replace(ldap_settings, ldap_url="ldap://127.0.0.1:9"))
    assert sign_in(away, "wang", "a wet spring morning") == 401
    assert sign_in(away, "wang", "rain on the river") == 303
    gc.collect()  # a socket left open is a warning, and so an error, here and not in a later test


def test_the_id_of_the_entry_is_the_directorys_own(ldap_settings: Settings) -> None:
    directory = Directory.from_settings(ldap_settings)
    assert directory is not None
    account = directory.authenticate("hu", "another password")
    assert account is not None
    assert account.external_id.startswith("ldap:entryUUID=")


def test_a_reader_that_is_refused_signs_nobody_in(engine: Engine, ldap_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("wrong")
    app = create_app(engine, replace(ldap_settings, ldap_bind_password_file=tmp_path / "bad"))
    assert sign_in(app, "wang", "a wet spring morning") == 401


def test_a_filter_without_the_name_is_refused(engine: Engine, ldap_settings: Settings) -> None:
    with pytest.raises(SettingsError, match="ldap_filter"):
        create_app(engine, replace(ldap_settings, ldap_filter="(uid=*)"))
