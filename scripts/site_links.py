"""A hook of mkdocs: pages link to files of the repository that are no pages, such as ../examples/softmax.

On the site such a link leads to the repository where its address is known (`GITHUB_REPOSITORY`, which the workflow
has), and is plain text elsewhere. Checked is that the file is there.
"""

import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_OUTSIDE = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])+)\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """The page with its links out of docs/ made so. Raises FileNotFoundError for one that leads nowhere."""
    repository = os.environ.get("GITHUB_REPOSITORY")

    def link(match: re.Match[str]) -> str:
        text, path, anchor = match[1], match[2], match[3] or ""
        target = (ROOT / "docs" / path).resolve()
        if not target.exists():
            raise FileNotFoundError(f"{page.file.src_uri}: {path} is not in the repository")
        inner = target.relative_to(ROOT).as_posix()
        return f"[{text}](https://github.com/{repository}/blob/main/{inner}{anchor})" if repository else text

    return _OUTSIDE.sub(link, markdown)
