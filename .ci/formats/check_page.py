"""What a browser made of the HTML report: its own elements and nothing else, and a sound outline.

usage: check_page.py PAGE DOM
"""
import base64
import hashlib
import re
import sys
from pathlib import Path

from lxml import html

KNOWN = set("html head meta title style body a header p h1 h2 h3 nav main section div strong span small ul li b table "
            "caption thead tbody tr th td code fieldset legend label input select option output article br details "
            "summary pre footer time script".split())
HANDLERS = re.compile(r"^on", re.I)


def fail(text):
    sys.exit(f"html: {text}")


def main():
    page, dom = (Path(path).read_text(encoding="utf-8") for path in sys.argv[1:3])
    tree = html.document_fromstring(dom)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in KNOWN:
            fail(f"foreign element <{element.tag}>")
        for name, value in element.attrib.items():
            if HANDLERS.match(name) or name in ("src", "style", "srcset", "action"):
                fail(f"foreign attribute {name} on <{element.tag}>")
            if name == "href" and not value.startswith("#"):
                fail(f"link to the outside: {value}")
    ids = [element.get("id") for element in tree.iter() if isinstance(element.tag, str) and element.get("id")]
    if len(ids) != len(set(ids)):
        fail("an id stands twice")
    for reference in tree.xpath("//*[@aria-labelledby]/@aria-labelledby") + [a[1:] for a in tree.xpath("//a/@href")]:
        if reference not in ids:
            fail(f"nothing has the id {reference}")
    for landmark in ("header", "nav", "main", "footer", "h1"):
        if len(tree.findall(f".//{landmark}")) != 1:
            fail(f"one <{landmark}> is wanted")
    level = 0
    for heading in tree.xpath("//h1|//h2|//h3"):
        if int(heading.tag[1]) > level + 1:
            fail("a heading level is left out")
        level = int(heading.tag[1])
    for field in tree.xpath("//input|//select"):
        if field.getparent().tag != "label":
            fail("a field has no label")
    for table in tree.xpath("//table"):
        if table.find("caption") is None or not table.xpath(".//th[@scope]"):
            fail("a table has no caption or no headers")
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    if len(policy) != 1 or "default-src 'none'" not in policy[0] or "unsafe" in policy[0]:
        fail("the content security policy is not strict")
    for tag in ("style", "script"):
        parts = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
        if len(parts) != 1:
            fail(f"one <{tag}> is wanted")
        digest = base64.b64encode(hashlib.sha256(parts[0].encode()).digest()).decode()
        if f"{tag}-src 'sha256-{digest}'" not in policy[0]:
            fail(f"the policy does not allow our own {tag}")
    if tree.xpath("//*[@id='tools'][@hidden]"):
        fail("our own script did not run")


main()
