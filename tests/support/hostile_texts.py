"""Texts that a submission may bring, each of which some page has once taken for more than text."""

ATTACKS = (
    "<script>window.__pwned = 1</script>",
    '"><img src=x onerror="window.__pwned=1">',
    "'><svg/onload=window.__pwned=1>",
    "</title></style></textarea></pre><script>window.__pwned=1</script>",
    "javascript:window.__pwned=1",
    "{{ 7 * 191 }} {% include 'style.css' %} {# gone #}",
    "]]><!-- <!doctype html>",
    "</style><style>body{display:none}",
    "&lt;b&gt; &amp;#60;script&amp;#62;",
    "\u202egnp.exe\u202c \x1b[31mred\x1b[0m \x00 \ud800 \u2066",
    "a" * 100_000,
    "\n\n\t\r\n",
    "é" + "\u0301" * 400,
    "../../../etc/passwd",
    "//evil.example/x",
    "data:text/html,<script>window.__pwned=1</script>",
)
