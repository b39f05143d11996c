"""Signing in against an LDAP directory: search for the name as a reader, then bind as what was found.

An empty password is never sent (a directory would take it for an anonymous bind), the name is escaped in the filter,
and a name that finds no entry or several costs a bind like any other, so that answers tell nothing about names.
"""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from typing import Any

from web.identity.accounts import Account
from workflow_engine import Settings, SettingsError

log = logging.getLogger(__name__)

_SECONDS = 5
_NOBODY = "cn=nobody-has-this-name"
_IDS = ("entryUUID", "objectGUID", "ipaUniqueID", "nsUniqueId")


@dataclass(frozen=True, slots=True)
class Directory:
    """How to ask; made by ``from_settings``."""

    url: str
    base: str
    filter: str
    starttls: bool = False
    ca_file: str | None = None
    bind_dn: str = ""
    bind_password: str = ""

    @classmethod
    def from_settings(cls, settings: Settings) -> Directory | None:
        """The directory of the settings; None when none is set. Raises SettingsError."""
        if not settings.ldap_url:
            return None
        if "{name}" not in settings.ldap_filter:
            raise SettingsError(f"Expected setting ldap_filter to hold {{name}}, but it is {settings.ldap_filter!r}.")
        try:
            import ldap3  # noqa: F401 - only looked for here
        except ImportError as error:
            raise SettingsError("Expected the package ldap3 for ldap_url: pip install liandong[ldap].") from error
        password = settings.ldap_bind_password_file
        return cls(
            url=settings.ldap_url, base=settings.ldap_base, filter=settings.ldap_filter,
            starttls=settings.ldap_starttls, ca_file=str(settings.ldap_ca_file) if settings.ldap_ca_file else None,
            bind_dn=settings.ldap_bind_dn,
            bind_password=password.read_text(encoding="utf-8").strip() if password else "",
        )  # fmt: skip

    def authenticate(self, name: str, password: str) -> Account | None:
        """The account of who signs in with these; None when nobody does, or the directory cannot be asked."""
        from ldap3.core.exceptions import LDAPException

        if not name or not password:
            return None
        try:
            return self._ask(name, password)
        except (LDAPException, OSError) as error:
            log.warning("the directory %s could not be asked: %s", self.url, type(error).__name__)
            return None

    def _ask(self, name: str, password: str) -> Account | None:
        from ldap3.utils.conv import escape_filter_chars

        reader = self._connect(self.bind_dn, self.bind_password)
        if reader is None:
            log.error("the directory %s refused the reader %s", self.url, self.bind_dn or "(anonymous)")
            return None
        try:
            wanted = self.filter.replace("{name}", escape_filter_chars(name))
            attributes = [*_known(reader, _IDS), "mail"] if _known(reader, ("mail",)) else [*_known(reader, _IDS)]
            reader.search(self.base, wanted, attributes=attributes, size_limit=2, time_limit=_SECONDS)
            found = [entry for entry in reader.response or () if entry.get("type") == "searchResEntry"]
        finally:
            _close(reader)
        is_one = len(found) == 1
        bound = self._connect(found[0]["dn"] if is_one else f"{_NOBODY},{self.base}", password)
        if bound is None:
            return None
        _close(bound)
        if not is_one:
            return None
        return Account(f"ldap:{_identity(found[0])}", sign_in_name=name)

    def _connect(self, user: str, password: str) -> Any:
        """A bound connection; None when the directory refuses."""
        import ldap3

        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=self.ca_file)
        server = ldap3.Server(self.url, tls=tls, connect_timeout=_SECONDS, get_info=ldap3.SCHEMA)
        connection = ldap3.Connection(
            server, user or None, password or None, receive_timeout=_SECONDS, auto_referrals=False, read_only=True
        )
        is_bound = False
        try:
            connection.open()
            is_bound = (not self.starttls or connection.start_tls()) and connection.bind()
        finally:
            if not is_bound:
                _close(connection)
        return connection if is_bound else None


def _close(connection: Any) -> None:
    """Ends the connection, and the socket too that ldap3 keeps open after a failed connect."""
    try:
        if not connection.closed:
            connection.unbind()
    finally:
        if connection.socket is not None:
            connection.socket.close()


def _known(connection: Any, names: tuple[str, ...]) -> list[str]:
    """Which attributes the directory has: asking for others is an error."""
    schema = connection.server.schema
    return [name for name in names if schema is None or name in schema.attribute_types]


def _identity(entry: Any) -> str:
    """The directory's own lasting id of the entry, or its name where there is none."""
    for name in _IDS:
        values = entry["raw_attributes"].get(name)
        if values:
            return f"{name}={values[0].hex() if name == 'objectGUID' else values[0].decode('ascii', 'replace')}"
    return f"dn={str(entry['dn']).lower()}"
