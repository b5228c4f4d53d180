"""Write the sample files: `python -m gateway.sample.generate`.

The files are committed; the same seed gives the same bytes, and a test holds the two together.
"""

from __future__ import annotations

import json

from gateway.sample import DATA
from gateway.sample.story import OBJECTS, tell


def render() -> dict[str, bytes]:
    """File names and contents: one NDJSON file for each source and object, and `truth.json`."""
    story = tell()
    files = {
        f"{order}-{source}-{kind}.ndjson": "".join(
            json.dumps(record, ensure_ascii=False) + "\n" for record in story.records[source, kind]
        )
        for order, (source, kind) in enumerate(OBJECTS, start=1)
    }
    files["truth.json"] = json.dumps(story.truth, indent=0) + "\n"
    return {name: text.encode() for name, text in files.items()}


def main() -> None:
    """Replace what is in the data directory by what the generator makes."""
    DATA.mkdir(exist_ok=True)
    for stale in DATA.iterdir():
        stale.unlink()
    for name, content in render().items():
        (DATA / name).write_bytes(content)


if __name__ == "__main__":
    main()
