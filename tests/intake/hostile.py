"""Files that attack a parser or sit at its limits, with the code of the problem expected where there is one."""

from __future__ import annotations

import gzip
import io
import zipfile

from tests.intake.drawing import chain, document, flow, process, small


def nested_sub_processes(depth: int) -> bytes:
    """Sub-processes in each other, with a task in the middle."""
    inside = '<bpmn:userTask id="inner"/>'
    for number in range(depth):
        inside = f'<bpmn:subProcess id="sub{number}">{inside}</bpmn:subProcess>'
    return document(process(inside))


def hang_model() -> bytes:
    """An unknown dataObjectRef inside a sub-process, on which a parser is known to turn for ever."""
    inner = (
        '<bpmn:dataObjectReference id="r" dataObjectRef="nowhere"/><bpmn:startEvent id="ss"/>'
        '<bpmn:userTask id="x"><bpmn:dataInputAssociation id="a"><bpmn:sourceRef>r</bpmn:sourceRef>'
        '</bpmn:dataInputAssociation></bpmn:userTask><bpmn:endEvent id="se"/>' + flow("ss", "x") + flow("x", "se")
    )
    nodes = f'<bpmn:startEvent id="s"/><bpmn:subProcess id="S">{inner}</bpmn:subProcess><bpmn:endEvent id="e"/>'
    return document(process(nodes + flow("s", "S") + flow("S", "e")))


def entity_bomb() -> bytes:
    """Ten entities, each ten times the one before."""
    declared = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = small('<bpmn:textAnnotation id="n"><bpmn:text>&a9;</bpmn:text></bpmn:textAnnotation>')
    return document(body, declaration=f"<?xml version='1.0'?><!DOCTYPE x [{declared}]>")


def entity_in_attribute() -> bytes:
    """Entities in attribute values are expanded by parsers that leave them alone elsewhere."""
    declared = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = small().replace('id="t"/>', 'id="t" name="&a9;"/>')
    return document(body, declaration=f"<!DOCTYPE x [{declared}]>")


def quadratic_bomb() -> bytes:
    """One long entity, used often."""
    body = small(f'<bpmn:textAnnotation id="n"><bpmn:text>{"&a;" * 5000}</bpmn:text></bpmn:textAnnotation>')
    return document(body, declaration=f'<!DOCTYPE x [<!ENTITY a "{"x" * 5000}">]>')


def external_entity(target: str) -> bytes:
    """An entity that names a file or an address."""
    body = small('<bpmn:textAnnotation id="n"><bpmn:text>&x;</bpmn:text></bpmn:textAnnotation>')
    return document(body, declaration=f'<!DOCTYPE x [<!ENTITY x SYSTEM "{target}">]>')


def external_parameter_entity() -> bytes:
    """A declaration that would be loaded from elsewhere."""
    declaration = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
    return document(small(), declaration=declaration)


def xinclude() -> bytes:
    """An include of a local file."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    return document(small(f'<bpmn:textAnnotation id="n"><bpmn:text>{include}</bpmn:text></bpmn:textAnnotation>'))


def zipped() -> bytes:
    """The model in an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("model.bpmn", document(small()))
    return target.getvalue()


def deep_expression() -> bytes:
    """Brackets within brackets in a condition."""
    condition = f"{'(' * 5000}1 = 1{')' * 5000}"
    return with_condition(condition)


def with_condition(condition: str) -> bytes:
    """A gateway with this condition."""
    nodes = (
        '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="g" default="f0"/><bpmn:endEvent id="e"/>'
        '<bpmn:sequenceFlow id="f0" sourceRef="g" targetRef="e"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="g" targetRef="e"><bpmn:conditionExpression>'
        f"{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    return document(process(nodes + flow("s", "g")))


def called_in_a_circle() -> bytes:
    """Two processes that call each other."""

    def calling(one: str, other: str) -> str:
        nodes = f'<bpmn:startEvent id="s{one}"/><bpmn:callActivity id="c{one}" calledElement="{other}"/>'
        return process(nodes + flow(f"s{one}", f"c{one}"), one)

    return document(calling("p", "q") + calling("q", "p"))


def slow_owner() -> bytes:
    """Half a million characters in which a bracket is opened and never closed."""
    owner = (
        "<bpmn:potentialOwner><bpmn:resourceAssignmentExpression><bpmn:formalExpression>"
        f"{'user(' * 100_000}</bpmn:formalExpression></bpmn:resourceAssignmentExpression></bpmn:potentialOwner>"
    )
    return document(small().replace('<bpmn:userTask id="t"/>', f'<bpmn:userTask id="t">{owner}</bpmn:userTask>'))


REFUSED: dict[str, tuple[bytes, str]] = {
    "hang model": (hang_model(), "dangling_reference"),
    "entity bomb": (entity_bomb(), "doctype"),
    "entity bomb in an attribute": (entity_in_attribute(), "doctype"),
    "quadratic entity bomb": (quadratic_bomb(), "doctype"),
    "external entity, file": (external_entity("file:///etc/passwd"), "doctype"),
    "external entity, endless file": (external_entity("file:///dev/zero"), "doctype"),
    "external entity, network": (external_entity("http://127.0.0.1:9/x"), "doctype"),
    "external parameter entity": (external_parameter_entity(), "doctype"),
    "external subset": (document(small(), declaration='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), "doctype"),
    "DOCTYPE behind comments": (document(small(), declaration="<!-- <a> --><?pi x?> <!doctype html>"), "doctype"),
    "DOCTYPE in UTF-16": (entity_bomb().decode().encode("utf-16"), "doctype"),
    "XInclude": (xinclude(), "xinclude"),
    "300 elements deep": (document("<bpmn:a>" * 300 + "</bpmn:a>" * 300), "too_deep"),
    "100,000 elements deep": (document("<bpmn:a>" * 100_000 + "</bpmn:a>" * 100_000), "too_deep"),
    "200 nested sub-processes": (nested_sub_processes(200), "too_deep"),
    "60 nested sub-processes": (nested_sub_processes(60), "too_deep"),
    "1,001 nodes": (chain(999), "too_many_nodes"),
    "3 MB": (document(small(f"<!--{'x' * 3_000_000}-->")), "too_large"),
    "61,000 elements": (document(small("<bpmn:documentation/>" * 61_000)), "too_large"),
    "gzip": (gzip.compress(document(small())), "not_xml"),
    "zip": (zipped(), "not_xml"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_xml"),
    "NUL bytes": (document(small()).replace(b'id="t"', b'id="t\x00"'), "not_xml"),
    "only NUL bytes": (bytes(1000), "not_xml"),
    "empty": (b"", "empty_file"),
    "blank": (b" \n\t ", "empty_file"),
    "plain text": (b"start -> task -> end", "not_well_formed"),
    "unclosed tag": (document(small())[:-40], "not_well_formed"),
    "two roots": (document(small()) * 2, "not_well_formed"),
    "undeclared prefix": (document(small()).replace(b'xmlns:bpmn="', b'xmlns:other="'), "not_well_formed"),
    "undeclared entity": (document(small().replace('id="t"/>', 'id="t" name="&nbsp;"/>')), "not_well_formed"),
    "Latin-1 bytes called UTF-8": (
        document(small().replace('id="t"/>', 'id="t" name="é"/>')).decode().encode("latin-1"), "not_well_formed",
    ),
    "unknown encoding": (document(small(), declaration='<?xml version="1.0" encoding="x-nobody"?>'), "not_well_formed"),
    "UTF-16 called UTF-8": (b'<?xml version="1.0" encoding="UTF-16"?>' + document(small()), "not_well_formed"),
    "HTML": (b"<html><body><h1>Sign in</h1></body></html>", "not_bpmn"),
    "HTML with DOCTYPE": (b"<!DOCTYPE html><html><body/></html>", "doctype"),
    "DMN": (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"/>', "not_bpmn"),
    "no process": (document('<bpmn:collaboration id="c"/>'), "no_process"),
    "duplicate ids": (document(small('<bpmn:userTask id="t"/>')), "duplicate_id"),
    "process called like a task": (document(small() + process('<bpmn:userTask id="p"/>', "q")), "duplicate_id"),
    "deep expression": (deep_expression(), "expression"),
    "endless expression": (with_condition("1 + " * 200_000 + "1"), "expression"),
}  # fmt: skip
"""By name: the bytes, and the code of an error they must meet."""

ACCEPTED: dict[str, bytes] = {
    "500 nodes": chain(498),
    "990 nodes": chain(988),
    "1,000 nodes": chain(998),
    "990 scripts": chain(988, "task"),
    "30 nested sub-processes": nested_sub_processes(30),
    "circular calls": called_in_a_circle(),
    "UTF-16": document(small()).decode().encode("utf-16"),
    "UTF-16 with a declaration": document(
        small(), declaration='<?xml version="1.0" encoding="UTF-16"?>'
    ).decode().encode("utf-16"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + document(small()),
    "Latin-1, declared": document(
        small().replace('id="t"/>', 'id="t" name="é"/>'), declaration='<?xml version="1.0" encoding="ISO-8859-1"?>'
    ).decode().encode("latin-1"),
    "GB 18030, declared": document(
        small().replace('id="t"/>', 'id="t" name="应急"/>'), declaration='<?xml version="1.0" encoding="GB18030"?>'
    ).decode().encode("gb18030"),
    "a DOCTYPE that is only talked about": document(small("<!-- <!DOCTYPE x> -->")),
}  # fmt: skip
