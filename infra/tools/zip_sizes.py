"""Prints how large each function is as the zip that AWS would be sent, and fails above a limit."""

import argparse
import io
import pathlib
import sys
import zipfile

MEGABYTE = 1_000_000


def zipped_size(bootstrap: pathlib.Path) -> int:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(bootstrap, bootstrap.name)
    return archive.tell()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, help="megabytes that no zip may exceed")
    parser.add_argument("--limit-of", action="append", default=[], metavar="FUNCTION=MB", help="the same for one function")
    parser.add_argument("folder", type=pathlib.Path, help="where cargo lambda puts the binaries")
    parser.add_argument("functions", nargs="+")
    arguments = parser.parse_args()

    limits = {name: float(limit) for name, limit in (pair.split("=") for pair in arguments.limit_of)}
    too_large = []
    for function in arguments.functions:
        size = zipped_size(arguments.folder / function / "bootstrap") / MEGABYTE
        print(f"{function:<16}{size:6.2f} MB zipped")
        limit = limits.get(function, arguments.limit) if arguments.limit is not None else None
        if limit is not None and size > limit:
            too_large.append(f"{function} (limit {limit} MB)")
    if too_large:
        sys.exit(f"too large: {', '.join(too_large)}")


if __name__ == "__main__":
    main()
