"""Fetches the parts of GraphiQL's page from npm into gateway/static/graphiql.

    python tests/clients/vendor_graphiql.py

Takes what is committed from exactly the packages of VERSIONS (npm itself checks each against the sha512 that
the registry states, this script against the one that is committed), so that anybody can do it again and see
no difference. To change a version, edit VERSIONS and `ASSETS`, and the names in index.html.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

DIRECTORY = Path(__file__).parents[2] / "gateway" / "static" / "graphiql"

# The last release of GraphiQL, and of React, that has a build for pages without a bundler.
ASSETS = {
    "graphiql": {"graphiql.min.js": ".min.js", "graphiql.min.css": ".min.css", "LICENSE": ".LICENSE"},
    "graphql-ws": {"umd/graphql-ws.min.js": ".min.js", "LICENSE.md": ".LICENSE"},
    "react": {"umd/react.production.min.js": ".min.js", "LICENSE": ".LICENSE"},
    "react-dom": {"umd/react-dom.production.min.js": ".min.js", "LICENSE": ".LICENSE"},
}


def main() -> None:
    for line in (DIRECTORY / "VERSIONS").read_text().splitlines():
        name, version, integrity = line.split()
        with tempfile.TemporaryDirectory() as directory:
            command = ["npm", "pack", "--silent", "--pack-destination", directory, f"{name}@{version}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            (archive,) = Path(directory).iterdir()
            digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if integrity != f"sha512-{digest}":
                raise SystemExit(f"{name} {version} is sha512-{digest}, not {integrity}")
            with tarfile.open(archive) as package:
                for member, ending in ASSETS[name].items():
                    source = package.extractfile(f"package/{member}")
                    assert source is not None
                    (DIRECTORY / f"{name}-{version}{ending}").write_bytes(source.read())


if __name__ == "__main__":
    main()
