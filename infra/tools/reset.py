"""Empties the data folder of the local platform, unless a run holds it. What an emulated deployment wrote stays."""

import fcntl
import pathlib
import shutil
import sys

DATA = pathlib.Path(__file__).parents[2] / ".countersign"


def main() -> None:
    if not DATA.is_dir():
        return
    with (DATA / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"The data folder {DATA} is held by another run; stop that one first.")
        for entry in DATA.iterdir():
            if entry.name.startswith("emulated"):
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()


if __name__ == "__main__":
    main()
