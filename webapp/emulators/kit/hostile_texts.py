"""Texts that mean harm, for made-up data: what a page must show as text and never act upon."""

from __future__ import annotations

HOSTILE = (
    "<script>alert('order')</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE orders; --",
    "{{ 7 * 7 }} ${7*7} <%= 7*7 %>",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>",
    '=HYPERLINK("https://evil.example","Invoice")',
    'Robert \u202e"txt.exe\u202c & Sons',
    "&lt;b&gt;not bold&lt;/b&gt; &amp; <b>bold</b>",
)
HOSTILE_URLS = (
    "javascript:alert(document.domain)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    'ftp://a"b',
)
