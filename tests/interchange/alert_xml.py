"""An alert as a city would send it, as XML to be changed by tests."""

from __future__ import annotations

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
