"""XML signatures on alerts (CAP 1.2, 3.3.4.1): whether one holds, and whose it is.

What is read afterwards is the element that was signed, not the file around it, so that nothing can be wrapped around a
good signature. SHA-1 and shared secrets prove nothing here and are not looked at.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidCertificate, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from workflow_engine.domain.errors import RejectedError

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_WEAK = ("HMAC", "SHA1")
_CONFIGURATION = SignatureConfiguration(
    location="./",
    signature_methods=frozenset(one for one in SignatureMethod if not any(weak in one.name for weak in _WEAK)),
    digest_algorithms=frozenset(one for one in DigestAlgorithm if "SHA1" not in one.name),
)


class SignatureRefusedError(RejectedError):
    """The signature does not hold, or is not of whom it has to be."""

    code = "signature_refused"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature says."""

    content: bytes
    """The signed element alone."""
    signer: str
    """The subject of the certificate."""
    known: bool
    """It is one of the certificates that were named beforehand."""


def read_certificates(text: str) -> list[x509.Certificate]:
    """The certificates of a PEM text; none for no text.

    Raises:
        RejectedError: it is not PEM.
    """
    if not text.strip():
        return []
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise RejectedError(
            "Expected certificates as PEM, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----."
        ) from None


def check_signature(root: etree._Element, named: Sequence[x509.Certificate], now: datetime) -> Signed | None:
    """Check the signature that ``root`` bears; None where there is none that can be checked.

    With ``named`` certificates it must be by one of them. Without, it is checked against the certificate that it brings
    along, which shows that nothing was changed on the way, but not by whom it was written.

    Raises:
        SignatureRefusedError: it does not hold, is by somebody else, or the certificate is not valid now.
    """
    if root.find(f"{_DS}Signature") is None:
        return None
    for certificate in named or _brought_along(root):
        signed = _check_by(root, certificate, now, known=bool(named))
        if signed is not None:
            return signed
    if named:
        raise SignatureRefusedError("Expected a signature by a certificate named for this source and valid now.")
    return None


def _check_by(root: etree._Element, certificate: x509.Certificate, now: datetime, *, known: bool) -> Signed | None:
    """None: not by this one, or by a method that proves nothing."""
    pem, signer = certificate.public_bytes(Encoding.PEM).decode(), certificate.subject.rfc4514_string()
    try:
        found = XMLVerifier().verify(root, x509_cert=pem, expect_config=replace(_CONFIGURATION, verification_time=now))
    except InvalidCertificate:
        if known:
            return None
        raise SignatureRefusedError(f"Expected a certificate that is valid now, but {signer}'s is not.") from None
    except InvalidSignature:
        if known:
            return None  # perhaps by the next one; what came along is the only one there is
        raise SignatureRefusedError("Expected a signature that holds, but the alert was changed after it.") from None
    except (InvalidInput, etree.DocumentInvalid):
        return None
    result = found[0] if isinstance(found, list) else found
    if result.signed_xml is None or result.signed_xml.tag != root.tag:
        raise SignatureRefusedError("Expected the whole alert to be signed, but only a part of it is.")
    return Signed(etree.tostring(result.signed_xml), signer, known)


def _brought_along(root: etree._Element) -> list[x509.Certificate]:
    found = []
    for element in root.iterfind(f"{_DS}Signature/{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
        try:
            found.append(x509.load_der_x509_certificate(base64.b64decode(element.text or "")))
        except ValueError:
            continue
    return found[:1]
