"""Texts inside forms: a small, safe part of Markdown (paragraphs, lists, headings, emphasis); the rest as typed."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_TAGS = re.compile(r"</?[A-Za-z!][^<>]{0,500}>")
_STRONG = re.compile(r"\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])[*_](?=\S)([^*_]{1,500})(?<=\S)[*_](?![\w*])")
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"[-*]\s+(.*)")


def prose(text: str) -> Markup:
    """The text as paragraphs and lists; its own markup, if any, is dropped and nothing in it is trusted."""
    plain = _TAGS.sub("", text.replace("\r\n", "\n"))
    blocks = (block.strip() for block in re.split(r"\n\s*\n", plain))
    return Markup("\n").join(_block(block) for block in blocks if block)


def coded(text: str) -> Markup:
    """A line of text whose parts between backticks are code; nothing else in it is markup."""
    parts = [escape(part) for part in text.split("`")]
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 and place < len(parts) - 1 else part
        for place, part in enumerate(parts)
    )


def _block(block: str) -> Markup:
    first, _newline, rest = block.partition("\n")
    heading = _HEADING.fullmatch(first)
    if heading:
        told = Markup('<p class="prose-heading">{}</p>').format(_inline(heading[1]))
        return told + _block(rest) if rest.strip() else told
    lines = block.split("\n")
    items = [_ITEM.fullmatch(line.strip()) for line in lines]
    if all(items):
        return Markup("<ul>{}</ul>").format(Markup().join(_item(item[1]) for item in items if item))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))


def _item(text: str) -> Markup:
    return Markup("<li>{}</li>").format(_inline(text))


def _inline(text: str) -> Markup:
    shown = str(escape(text))
    return Markup(_EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", shown)))  # noqa: S704 - escaped above
