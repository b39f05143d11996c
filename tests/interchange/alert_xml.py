"""An alert as a city would send it, as XML, and random changes to messages."""

from __future__ import annotations

import copy

from hypothesis import strategies as st
from lxml import etree

CAP = "urn:oasis:names:tc:emergency:cap:1.2"

ALERT = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{CAP}">
  <identifier>cs-2026-0142</identifier>
  <sender>warning@changsha.example</sender>
  <sent>2026-06-18T05:40:00+08:00</sent>
  <status>Exercise</status>
  <msgType>Alert</msgType>
  <source>City weather centre</source>
  <scope>Public</scope>
  <code>colour:red</code>
  <note>Spring drill</note>
  <incidents>flood-7 "ring road"</incidents>
  <info>
    <language>zh-CN</language>
    <category>Met</category>
    <category>Safety</category>
    <event>暴雨红色预警</event>
    <responseType>Evacuate</responseType>
    <urgency>Immediate</urgency>
    <severity>Extreme</severity>
    <certainty>Observed</certainty>
    <audience>Everybody in the river district</audience>
    <eventCode><valueName>GB</valueName><value>11B03</value></eventCode>
    <effective>2026-06-18T05:40:00+08:00</effective>
    <onset>2026-06-18T06:00:00+08:00</onset>
    <expires>2026-06-17T23:40:00-00:00</expires>
    <senderName>长沙市气象台</senderName>
    <headline>三小时内降雨将达100毫米以上</headline>
    <description>湘江沿线低洼地区立即转移。</description>
    <instruction>请服从现场指挥。</instruction>
    <web>https://changsha.example/warnings/142</web>
    <contact>0731-12345</contact>
    <parameter><valueName>rain_mm_3h</valueName><value>112</value></parameter>
    <resource>
      <resourceDesc>Map</resourceDesc>
      <mimeType>image/png</mimeType>
      <size>20480</size>
      <uri>https://changsha.example/maps/142.png</uri>
    </resource>
    <area>
      <areaDesc>开福区</areaDesc>
      <polygon>28.20,112.95 28.30,112.95 28.30,113.05 28.20,112.95</polygon>
      <circle>28.25,113.00 3.5</circle>
      <geocode><valueName>GB/T 2260</valueName><value>430105</value></geocode>
      <altitude>100</altitude>
      <ceiling>300.5</ceiling>
    </area>
  </info>
</alert>
"""


def changed(*replacements: tuple[str, str]) -> bytes:
    """Return the alert with each text replaced by another; each must stand in it."""
    text = ALERT
    for old, new in replacements:
        assert old in text, f"{old!r} does not stand in the alert"
        text = text.replace(old, new)
    return text.encode()


DSIG = "http://www.w3.org/2000/09/xmldsig#"
NAMES = sorted({str(etree.QName(element).localname) for element in etree.fromstring(ALERT.encode()).iter()})
TEXTS = st.sampled_from(
    [
        *(
            "",
            " ",
            "x",
            "Actual",
            " Actual",
            "actual",
            "Met",
            "CBRNE",
            "AllClear",
            "Alert",
            "Public",
            "Unknown",
            "zh-CN",
        ),
        *("2026-06-18T06:00:00+08:00", " 2026-06-18T06:00:00-00:00 ", "2026-06-18T06:00:00Z", "2026-06-18T06:00:00"),
        *("2026-02-30T06:00:00+08:00", "2026-06-18T24:00:00+14:00", "2026-06-18T06:00:00,08:00", "2026-6-18"),
        *("12", "-12", "+1.50", ".5", "5.", "1e3", "NaN", " 7 ", "1 2", "zh_CN", "x-klingon-abcdefghi", "é"),
        *("mailto:a", "1:b", "a b:c", "x/1:b", "?1:b", "%zz", "%41", "http://城/ x", ":", "//x"),
    ]
)
QUALIFIED = st.sampled_from([f"{{{CAP}}}{name}" for name in NAMES] + [f"{{{DSIG}}}Signature", "x", "{urn:y}note"])
SOME = st.integers(0, 10**6)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("text"), SOME, TEXTS),
        st.tuples(st.just("remove"), SOME),
        st.tuples(st.just("double"), SOME),
        st.tuples(st.just("swap"), SOME),
        st.tuples(st.just("insert"), SOME, SOME, QUALIFIED, TEXTS),
        st.tuples(st.just("attribute"), SOME),
        st.tuples(st.just("tail"), SOME),
    ),
    min_size=1,
    max_size=3,
)


def change(root: etree._Element, kind: str, at: int, *rest: object) -> None:
    elements = list(root.iter())
    element = elements[at % len(elements)]
    parent = element.getparent()
    if kind == "text":
        if len(element) == 0:
            element.text = str(rest[0])
    elif kind == "attribute":
        element.set("lang", "en")
    elif kind == "tail" and parent is not None:
        element.tail = "stray"
    elif kind == "insert":
        new = etree.Element(str(rest[1]))
        new.text = str(rest[2])
        element.insert(int(str(rest[0])) % (len(element) + 1), new)
    elif parent is None:
        return
    elif kind == "remove":
        parent.remove(element)
    elif kind == "double":
        parent.insert(parent.index(element), copy.deepcopy(element))
    elif kind == "swap" and (after := element.getnext()) is not None:
        parent.insert(parent.index(element), after)
